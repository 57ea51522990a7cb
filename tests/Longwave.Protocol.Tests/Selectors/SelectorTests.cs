using Longwave.Protocol.Selectors;

namespace Longwave.Protocol.Tests.Selectors;

public sealed class SelectorTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("*", "anything at all", true)]
    [InlineData("prices/{symbol}", "prices/AAPL", true)]
    [InlineData("prices/{symbol}", "prices/", true)]
    [InlineData("prices/{symbol}", "prices/{symbol}", true)]
    [InlineData("prices/{symbol}", "prices/a/b", false)]
    [InlineData("prices/{symbol}", "prices/a%2Fb", true)]
    [InlineData("prices/{symbol}", "prices/a%2", false)]
    [InlineData("prices/{symbol}", "prices/京", true)]
    [InlineData("prices/{+symbol}", "prices/a/b?c", true)]
    [InlineData("prices{/a,b}", "prices", true)]
    [InlineData("prices{/a,b}", "prices/x", true)]
    [InlineData("prices{/a,b}", "prices/x/y", true)]
    [InlineData("prices{/a,b}", "prices/x/y/z", false)]
    [InlineData("u{?a,b}", "u?a=1&b=2", true)]
    [InlineData("u{?a,b}", "u?b=2", true)]
    [InlineData("u{?a,b}", "u?b=2&a=1", false)]
    [InlineData("u{?a,b}", "u", true)]
    [InlineData("u{?a}", "u?a", false)]
    [InlineData("u?x=1{&a}", "u?x=1&a=", true)]
    [InlineData("u{;a,b}", "u;a;b=1", true)]
    [InlineData("u{#a}", "u#x/y", true)]
    [InlineData("u{.a}", "u.json", true)]
    public void Matches_Topic_FollowsRfc6570(string text, string topic, bool expected)
    {
        Assert.True(Selector.TryParse(text, out Selector? selector, out string? error), error);
        Assert.Equal(expected, selector.Matches(topic));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a{")]
    [InlineData("a}")]
    [InlineData("a{}")]
    [InlineData("a{b:0}")]
    [InlineData("a{b**}")]
    [InlineData("a{b,}")]
    [InlineData("a{=b}")]
    [InlineData("a\nb")]
    public void TryParse_Faulty_ReportsTheError(string text)
    {
        Assert.False(Selector.TryParse(text, out _, out string? error));
        Assert.NotEmpty(error);
    }
}
