using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class FileLengthRuleTests
{
    private readonly FileLengthRule _rule = new();

    [Theory]
    [InlineData("a.cs")]
    [InlineData("page.js")]
    [InlineData("page.css")]
    public void Check_FileOf401Lines_IsViolation(string path) =>
        Assert.Single(_rule.Check(SourceTree.Sample(path, string.Concat(Enumerable.Repeat("//\n", 401)))));

    [Fact]
    public void Check_FileOf400Lines_IsFine() =>
        Assert.Empty(_rule.Check(SourceTree.Sample("a.cs", string.Concat(Enumerable.Repeat("//\n", 400)))));

    [Fact]
    public void Check_LongDocument_IsFine() =>
        Assert.Empty(_rule.Check(SourceTree.Sample("a.md", string.Concat(Enumerable.Repeat("line\n", 1000)))));
}
