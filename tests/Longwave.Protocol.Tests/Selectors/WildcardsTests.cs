using Longwave.Protocol.Selectors;

namespace Longwave.Protocol.Tests.Selectors;

public sealed class WildcardsTests
{
    [Theory]
    [InlineData("prices/*", "prices/{v1}")]
    [InlineData("prices/*/bid", "prices/{v1}/bid")]
    [InlineData("prices/A*", "prices/A{v1}")]
    [InlineData("**", "{+v1}")]
    [InlineData("prices/**", "prices/{+v1}")]
    [InlineData("*/x/**", "{v1}/x/{+v2}")]
    [InlineData("prices/#", "prices/{+v1}")]
    [InlineData("prices/+/bid", "prices/{v1}/bid")]
    [InlineData("prices.>", "prices.{+v1}")]
    public void TryParse_WildcardOfAnotherSystem_IsRejectedWithATemplateThatParses(string text, string template)
    {
        Assert.False(Selector.TryParse(text, out _, out string? error));
        Assert.Contains($"Write '{template}'", error, StringComparison.Ordinal);
        Assert.True(Selector.TryParse(template, out Selector? selector, out _));
        Assert.Equal(SelectorKind.Template, selector.Kind);
    }

    [Theory]
    [InlineData("C#")]
    [InlineData("a#b")]
    [InlineData("a+b")]
    [InlineData("a > b")]
    [InlineData("#")]
    [InlineData("a/#b")]
    public void TryParse_TopicWithoutWildcard_IsExact(string text)
    {
        Assert.True(Selector.TryParse(text, out Selector? selector, out _));
        Assert.Equal(SelectorKind.Exact, selector.Kind);
    }
}
