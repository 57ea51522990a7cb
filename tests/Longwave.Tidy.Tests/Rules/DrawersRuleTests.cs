using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class DrawersRuleTests
{
    private readonly DrawersRule _rule = new();

    [Theory]
    [InlineData("src/Longwave.Engine/Utils/Text.cs")]
    [InlineData("src/Longwave.Common/Longwave.Common.csproj")]
    [InlineData("src/Longwave.Engine/ConnectionManager.cs")]
    [InlineData("tests/e2e/helpers.js")]
    [InlineData("src/Longwave.Abstractions/A.cs")]
    public void Check_PathWithDrawer_IsViolation(string path) => Assert.NotEmpty(_rule.Check(SourceTree.Sample(path, "")));

    [Fact]
    public void Check_TypeNamedHelper_IsViolation() =>
        Assert.Single(_rule.Check(SourceTree.Sample("src/A/Text.cs", "static class TextHelper;")));

    [Theory]
    [InlineData("src/Longwave.Engine/Log/Commons.cs")]
    [InlineData("docs/how-to/manage-retention.md")]
    public void Check_OtherNames_AreFine(string path) => Assert.Empty(_rule.Check(SourceTree.Sample(path, "")));
}
