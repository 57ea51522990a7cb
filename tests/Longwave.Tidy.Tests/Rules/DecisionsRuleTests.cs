using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class DecisionsRuleTests
{
    private const string Good = "# T\n## Context\n## Decision\n## Figures\n## Consequences\n";

    private readonly DecisionsRule _rule = new();

    [Theory]
    [InlineData("0001-Title.md", Good)]
    [InlineData("0002-title.md", Good)]
    [InlineData("title.md", Good)]
    [InlineData("0001-title.md", "# T\n## Context\n## Decision\n## Consequences\n")]
    [InlineData("0001-title.md", "# T\n## Decision\n## Context\n## Figures\n## Consequences\n")]
    public void Check_BadNameNumberOrSections_IsViolation(string name, string text) => Assert.Single(_rule.Check(Sample(name, text, name)));

    [Fact]
    public void Check_RecordMissingInIndex_IsViolation() => Assert.Single(_rule.Check(Sample("0001-title.md", Good, "other.md")));

    [Fact]
    public void Check_WellFormedRecord_IsFine() => Assert.Empty(_rule.Check(Sample("0001-title.md", Good, "0001-title.md")));

    private static SourceTree Sample(string name, string text, string listed) => new(
        new SourceFile("docs/decisions/" + name, text),
        new SourceFile("docs/decisions/README.md", $"- [x]({listed})"));
}
