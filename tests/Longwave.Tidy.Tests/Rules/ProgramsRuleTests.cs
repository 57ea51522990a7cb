using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class ProgramsRuleTests
{
    private static readonly SourceFile Script = new("test.sh", "needed=(\"curl curl\" \"ip iproute2\")\n$quick || needed+=(\"chromium chromium\")\n");
    private static readonly SourceFile Uses = new(
        "tests/A/Uses.cs",
        """
        Process.Start("curl", []);
        var start = new ProcessStartInfo("ip", ["netns", "exec", name, program]);
        Process.Start(start);
        RunProgramAsync("chromium");
        static Task RunProgramAsync(string program, params string[] arguments) => Process.Start(program, arguments);
        Process.Start("dotnet", ["longwave.dll"]);
        """);

    private readonly ProgramsRule _rule = new();

    [Fact]
    public void Check_ProgramsOfTheList_AreFine() => Assert.Empty(_rule.Check(new SourceTree(Script, Uses)));

    [Theory]
    [InlineData("tests/A/B.cs", "Process.Start(\"jq\");")]
    [InlineData("tests/A/B.cs", "Process.Start(new ProcessStartInfo(\"jq\", arguments));")]
    [InlineData("tests/A/B.cs", "RunProgramAsync(\"jq\", \"-r\");")]
    [InlineData("tests/A/B.cs", "Process.Start(\"kill\");")]
    [InlineData("tests/A/B.cs", "var start = \"exec bash -c 'ip link | jq .'\";")]
    [InlineData("tests/e2e/b.js", "spawn('jq', []);")]
    [InlineData("tests/e2e/b.js", "await promisify(execFile)('jq', []);")]
    [InlineData("sdk/typescript/test/b.js", "await runProgram('jq', []);")]
    [InlineData("tests/e2e/b.js", "spawn(process.env.BROWSER ?? '/usr/bin/jq');")]
    [InlineData("tests/e2e/b.js", "launch({ executablePath: '/usr/bin/jq', args });")]
    [InlineData("docs/a.md", "```sh\ncurl localhost | jq .\n```\n")]
    [InlineData("tests/A/B.cs", "new ProcessStartInfo(command[0], command[1..])")]
    [InlineData("tests/e2e/b.js", "spawn(tool, []);")]
    public void Check_AnyOther_IsViolation(string path, string text) =>
        Assert.Equal(path, Assert.Single(_rule.Check(new SourceTree(Script, Uses, new SourceFile(path, text)))).Path);

    [Theory]
    [InlineData("tests/e2e/b.js", "spawn('dotnet', []); spawn(process.execPath, []); launch({ executablePath: process.env.BROWSER ?? '/usr/bin/chromium' });")]
    [InlineData("docs/a.md", "```sh\ncat events | longwave publish demo\n```\n```text\njq .\n```\n")]
    [InlineData("bench/a.cs", "Process.Start(\"taskset\");")]
    public void Check_PresentOnEverySystemOrNoTest_IsFine(string path, string text) =>
        Assert.Empty(_rule.Check(new SourceTree(Script, Uses, new SourceFile(path, text))));

    [Fact]
    public void Check_EntryThatNoTestStarts_IsViolation() =>
        Assert.Equal("test.sh", Assert.Single(_rule.Check(new SourceTree(new SourceFile("test.sh", "needed=(\"jq jq\")"), new SourceFile("tests/A.cs", "")))).Path);
}
