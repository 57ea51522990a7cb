using Longwave.Protocol.Selectors;
using Longwave.Protocol.Urls;

namespace Longwave.Protocol.Tests.Urls;

/// <summary>Cases of the URL Pattern standard, in our own words.</summary>
public sealed class UrlPatternTests
{
    private static readonly UrlParts Base = UrlParts.Parse("https://hub.example/.well-known/mercure")!;

    [Theory]
    [InlineData("https://example.com/books/:id", "https://example.com/books/1 https://EXAMPLE.com/books/a%20b https://example.com:443/books/1 https://example.com/books/1?q https://example.com/books/1#f https://u@example.com/books/1", "https://example.com/books/ https://example.com/books/1/2 http://example.com/books/1 https://example.com:81/books/1")]
    [InlineData("https://example.com/books/*", "https://example.com/books/ https://example.com/books/1/2", "https://example.com/books https://example.com/Books/1")]
    [InlineData("https://example.com/:kind(books|films)/:id(\\d+)?", "https://example.com/books/12 https://example.com/films", "https://example.com/books/x https://example.com/plays/1")]
    [InlineData("https://example.com/a/:rest+", "https://example.com/a/b https://example.com/a/b/c", "https://example.com/a https://example.com/a/")]
    [InlineData("https://example.com/a/:rest*", "https://example.com/a https://example.com/a/b/c", "https://example.com/ab")]
    [InlineData("https://example.com/{a-:x}?.txt", "https://example.com/a-1.txt https://example.com/.txt", "https://example.com/a-.txt")]
    [InlineData("https://:sub.example.com/", "https://a.example.com/ https://b.example.com", "https://a.b.example.com/ https://example.com/")]
    [InlineData("https://*.example.com/*", "https://a.b.example.com/x", "https://example.com/x")]
    [InlineData("http{s}?://example.com/", "http://example.com/ https://example.com/", "ftp://example.com/")]
    [InlineData("https://example.com/\\:id", "https://example.com/:id", "https://example.com/1")]
    [InlineData("https://example.com/?q=:v", "https://example.com/?q=1", "https://example.com/ https://example.com/?p=1")]
    [InlineData("https://example.com/x#:f", "https://example.com/x#top", "https://example.com/x")]
    [InlineData("https://example.com:8080/x", "https://example.com:8080/x", "https://example.com/x")]
    [InlineData("https://example.com:443/x", "https://example.com/x", "https://example.com:444/x")]
    [InlineData("https://example.com/caf\u00e9/:x", "https://example.com/caf%C3%A9/1 https://example.com/caf\u00e9/1", "https://example.com/cafe/1")]
    [InlineData("/books/:id", "/books/1 https://hub.example/books/1", "https://other.example/books/1 books/1")]
    [InlineData(":id", "1 https://hub.example/.well-known/1", "/1")]
    [InlineData("?q=1", "?q=1 https://hub.example/.well-known/mercure?q=1", "/?q=1")]
    [InlineData("/.well-known/mercure/subscriptions/:type/:match/:subscriber", "/.well-known/mercure/subscriptions/exact/https%3A%2F%2Fe.com%2Fa/urn%3Auuid%3A1", "/.well-known/mercure/subscriptions/exact/a")]
    [InlineData("urn\\:isbn\\::n", "urn:isbn:1", "urn:isbn: urn:issn:1")]
    [InlineData("data\\:foobar", "data:foobar", "data:foo")]
    [InlineData("https://[\\:\\:1]/", "https://[::1]/", "https://[::2]/")]
    public void Matches_UrlsAndReferences_FollowsTheStandard(string pattern, string matches, string misses)
    {
        Assert.True(Selector.TryParseUrlPattern(pattern, Base, out Selector? selector, out string? error), error);
        Assert.All(matches.Split(' '), topic => Assert.True(selector.Matches(topic), topic));
        Assert.All(misses.Split(' '), topic => Assert.False(selector.Matches(topic), topic));
    }

    [Theory]
    [InlineData("https://example.com/(")]
    [InlineData("https://example.com/()")]
    [InlineData("https://example.com/(?a)")]
    [InlineData("https://example.com/(a(b))")]
    [InlineData("https://example.com/((?=a)b)")]
    [InlineData("https://example.com/(\\u00e9)")]
    [InlineData("https://example.com/([a)")]
    [InlineData("https://example.com/{a")]
    [InlineData("https://example.com/{a{b}}")]
    [InlineData("https://example.com/:a/:a")]
    [InlineData("https://example.com/\\")]
    [InlineData("https://exa|mple.com/")]
    [InlineData("https://example.com:8x/")]
    public void TryParse_InvalidPattern_ReportsTheError(string pattern)
    {
        if (pattern.Contains("u00e9", StringComparison.Ordinal))
        {
            pattern = "https://example.com/(\u00e9)";
        }

        Assert.False(Selector.TryParseUrlPattern(pattern, Base, out _, out string? error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void TryParse_Star_MatchesEveryTopicEvenNonUrls()
    {
        Assert.True(Selector.TryParseUrlPattern("*", Base, out Selector? selector, out _));
        Assert.Same(Selector.Any, selector);
    }

    [Fact]
    public void Equals_SamePatternOfAnotherHub_IsFalse()
    {
        UrlParts other = UrlParts.Parse("https://other.example/.well-known/mercure")!;
        Assert.True(Selector.TryParseUrlPattern("/a/:b", Base, out Selector? first, out _));
        Assert.True(Selector.TryParseUrlPattern("/a/:b", UrlParts.Parse("https://hub.example/.well-known/mercure")!, out Selector? same, out _));
        Assert.True(Selector.TryParseUrlPattern("/a/:b", other, out Selector? different, out _));
        Assert.Equal(first, same);
        Assert.NotEqual(first, different);
    }
}
