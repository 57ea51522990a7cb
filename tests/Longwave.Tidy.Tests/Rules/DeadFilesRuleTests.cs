using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class DeadFilesRuleTests
{
    private readonly DeadFilesRule _rule = new();

    [Theory]
    [InlineData("docs/page.md", "docs/README.md", "[nothing](other.md)")]
    [InlineData("docs/page.md", "docs/README.md", "[a folder](docs/)")]
    [InlineData("eng/old.sh", "README.md", "nothing")]
    public void Check_FileThatNothingNames_IsViolation(string path, string other, string text) =>
        Assert.Equal(path, Assert.Single(_rule.Check(new SourceTree(new SourceFile(path, "x"), new SourceFile(other, text)))).Path);

    [Theory]
    [InlineData("docs/page.md", "[page](page.md)")]
    [InlineData("eng/tool.sh", "run eng/tool.sh")]
    [InlineData("spec/vectors/parse.json", "every file of vectors/*.json")]
    [InlineData("src/A.cs", "nothing")]
    [InlineData("tests/e2e/live.test.js", "nothing")]
    public void Check_FileThatIsNamedOrBuilt_IsFine(string path, string text) =>
        Assert.Empty(_rule.Check(new SourceTree(new SourceFile(path, "x"), new SourceFile("docs/README.md", text))));
}
