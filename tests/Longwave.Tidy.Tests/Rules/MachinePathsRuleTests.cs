using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class MachinePathsRuleTests
{
    private readonly MachinePathsRule _rule = new();

    [Theory]
    [InlineData("see /work/main/README.md")]
    [InlineData("cd /home/alice/longwave")]
    [InlineData("/root/.nuget/packages")]
    [InlineData("https://api.nuget.org/v3/index.json")]
    [InlineData("\"resolved\": \"https://somewhere/a.tgz\"")]
    public void Check_PathOrHostOfOneMachine_IsViolation(string text) => Assert.Single(_rule.Check(SourceTree.Sample("a.md", text)));

    [Theory]
    [InlineData("https://example.org/work/in-progress")]
    [InlineData("/var/lib/longwave and ~/work/x and ./work/x")]
    [InlineData("/usr/bin/chromium")]
    public void Check_OtherPaths_AreFine(string text) => Assert.Empty(_rule.Check(SourceTree.Sample("a.md", text)));
}
