using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class EntranceRuleTests
{
    private readonly EntranceRule _rule = new();

    [Theory]
    [InlineData("test.sh")]
    [InlineData("LICENSE")]
    [InlineData("ARCHITECTURE.md")]
    public void Check_WithoutIt_IsViolation(string path) => Assert.Single(_rule.Check(new SourceTree(Good().Where(file => file.Path != path))));

    [Theory]
    [InlineData("README.md")]
    [InlineData(".ci/run")]
    public void Check_FileThatDoesNotNameTestSh_IsViolation(string path) =>
        Assert.Single(_rule.Check(new SourceTree(Good().Select(file => file.Path == path ? file with { Text = "" } : file))));

    [Fact]
    public void Check_ScriptThatCannotBeExecuted_IsViolation() =>
        Assert.Single(_rule.Check(new SourceTree(Good().Select(file => file.Path == "test.sh" ? file with { IsExecutable = false } : file))));

    [Fact]
    public void Check_AllThere_IsFine() => Assert.Empty(_rule.Check(new SourceTree(Good())));

    private static IEnumerable<SourceFile> Good() =>
        from path in (string[])["test.sh", ".ci/run", "README.md", "CONTRIBUTING.md", "LICENSE", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md"]
        select new SourceFile(path, "./test.sh") { IsExecutable = true };
}
