using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class LinksRuleTests
{
    private readonly LinksRule _rule = new();

    [Theory]
    [InlineData("[a](missing.md)")]
    [InlineData("[a](other.md#no-such-heading)")]
    [InlineData("[a](#no-such-heading)")]
    [InlineData("![a](images/missing.svg)")]
    [InlineData("<img src=\"images/missing.svg\">")]
    [InlineData("[a](../../outside.md)")]
    [InlineData("[a]: missing.md")]
    public void Check_BrokenLink_IsViolation(string text) => Assert.Single(_rule.Check(Sample(text)));

    [Theory]
    [InlineData("[a](other.md)")]
    [InlineData("[a](./other.md#what-it-is-and-isnt \"title\")")]
    [InlineData("[a](../docs)")]
    [InlineData("# Here\n[a](#here)")]
    [InlineData("[a](https://example.org/missing.md)")]
    [InlineData("`[a](missing.md)`")]
    [InlineData("```\n[a](missing.md)\n```")]
    public void Check_ValidLink_IsFine(string text) => Assert.Empty(_rule.Check(Sample(text)));

    private static SourceTree Sample(string text) => new(
        new SourceFile("docs/a.md", text),
        new SourceFile("docs/other.md", "## What it is, and isn’t\n".Replace("’", ((char)39).ToString(), StringComparison.Ordinal)));
}
