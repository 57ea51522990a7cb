namespace Longwave.Tidy.Tests.Sources;

public sealed class ShellTextTests
{
    [Theory]
    [InlineData("curl -sN localhost:8080/v1/events?topic=a \\\n  --max-time 3", "curl")]
    [InlineData("seq 3 | longwave publish t --lines && echo done; tail -n 1 log &", "seq longwave echo tail")]
    [InlineData("TOKEN=$(longwave token new | cut -d' ' -f2)", "longwave cut")]
    [InlineData("A=1 curl -H \"Authorization: Bearer $(cat token)\" -d 'a; rm b\nrm c'", "curl cat")]
    [InlineData("for i in 1 2 3; do\n  printf \"$i\"\ndone", "for printf")]
    [InlineData("cat > a.json <<'END'\n{ \"a\": 1 }\nEND\ngrep a a.json # jq a", "cat grep")]
    [InlineData("exec unshare --net bash -c 'ip link set lo up && exec sleep infinity'", "unshare ip sleep")]
    [InlineData("make 2>&1 >log", "make")]
    public void Commands_OfAScript_AreTheFirstWords(string script, string commands) =>
        Assert.Equal(commands, string.Join(' ', ShellText.Commands(script)));
}
