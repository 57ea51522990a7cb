using Longwave.Protocol.Selectors;

namespace Longwave.Protocol.Tests.Selectors;

public sealed class WildcardsTests
{
    [Theory]
    [InlineData("prices/#", "prices/**")]
    [InlineData("prices/+", "prices/*")]
    [InlineData("prices/+/bid", "prices/*/bid")]
    [InlineData("prices/*/+/#", "prices/*/*/**")]
    [InlineData("prices.>", "prices.*")]
    [InlineData("prices/>", "prices/**")]
    [InlineData("prices/{symbol}/*", "prices/{symbol}/{v1}")]
    [InlineData("*/{a*}/**", "{v1}/{a*}/{+v2}")]
    [InlineData("{a}/+/b", "{a}/{v1}/b")]
    [InlineData("{a}.>", "{a}.{+v1}")]
    public void TryParse_WildcardOfAnotherSystem_IsRejectedWithASelectorThatParses(string text, string meant)
    {
        Assert.False(Selector.TryParse(text, out _, out string? error));
        Assert.Contains($"Write '{meant}'", error, StringComparison.Ordinal);
        Assert.True(Selector.TryParse(meant, out Selector? selector, out _));
        Assert.Equal(text.Contains('{', StringComparison.Ordinal) ? SelectorKind.Template : SelectorKind.Glob, selector.Kind);
    }

    [Theory]
    [InlineData("C#")]
    [InlineData("a#b")]
    [InlineData("a+b")]
    [InlineData("a > b")]
    [InlineData("#")]
    [InlineData("a/#b")]
    [InlineData("a,b")]
    public void TryParse_TopicWithoutWildcard_IsExact(string text)
    {
        Assert.True(Selector.TryParse(text, out Selector? selector, out _));
        Assert.Equal(SelectorKind.Exact, selector.Kind);
    }
}
