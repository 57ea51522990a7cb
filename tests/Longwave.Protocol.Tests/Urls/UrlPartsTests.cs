using Longwave.Protocol.Urls;

namespace Longwave.Protocol.Tests.Urls;

public sealed class UrlPartsTests
{
    private static readonly UrlParts Base = UrlParts.Parse("https://hub.example:8443/.well-known/mercure")!;

    [Theory]
    [InlineData("HTTPS://User:Pa ss@EXAMPLE.com:443/A/../b/./c?q=1 2#f g", "https://User:Pa%20ss@example.com/b/c?q=1%202#f%20g")]
    [InlineData("http://example.com", "http://example.com/")]
    [InlineData("http:example.com:80\\a\\b", "http://example.com/a/b")]
    [InlineData("http://0x7f.1/", "http://127.0.0.1/")]
    [InlineData("http://[2001:DB8:0:0:0:0:0:1]:81/", "http://[2001:db8::1]:81/")]
    [InlineData("http://b\u00fccher.example/\u00fc", "http://xn--bcher-kva.example/%C3%BC")]
    [InlineData("http://example.com/%2e%2E/%6D/..", "http://example.com/")]
    [InlineData("urn:isbn:1", "urn:isbn:1")]
    [InlineData("foo://Host/p?q", "foo://Host/p?q")]
    [InlineData("/a/b", "https://hub.example:8443/a/b")]
    [InlineData("mercure/x", "https://hub.example:8443/.well-known/mercure/x")]
    [InlineData("../x", "https://hub.example:8443/x")]
    [InlineData("?q", "https://hub.example:8443/.well-known/mercure?q")]
    [InlineData("#f", "https://hub.example:8443/.well-known/mercure#f")]
    [InlineData("", "https://hub.example:8443/.well-known/mercure")]
    [InlineData("//other.example/x", "https://other.example/x")]
    [InlineData("https:mercure", "https://hub.example:8443/.well-known/mercure")]
    [InlineData(" \t/a\nb ", "https://hub.example:8443/ab")]
    public void Parse_ReferenceOrUrl_IsCanonical(string text, string expected) => Assert.Equal(expected, Text(UrlParts.Parse(text, Base)!));

    [Theory]
    [InlineData("http://")]
    [InlineData("http://exa mple.com/")]
    [InlineData("http://example.com:99999/")]
    [InlineData("http://example.com:x/")]
    [InlineData("http://[1::2::3]/")]
    [InlineData("http://1.2.3.256/")]
    [InlineData("http://user@/")]
    public void Parse_NotAUrl_IsNull(string text) => Assert.Null(UrlParts.Parse(text, Base));

    [Theory]
    [InlineData("/.well-known/%6Dercure/%2e./mercure")]
    [InlineData("https://any.example/.well-known/mercure")]
    [InlineData("/a/..//../.well-known/./mercure")]
    public void NormalPath_SpellingsOfOneUrl_AreEqual(string text) => Assert.Equal("/.well-known/mercure", UrlParts.Parse(text, Base)!.NormalPath);

    private static string Text(UrlParts url)
    {
        string user = url.Username + (url.Password.Length > 0 ? ":" + url.Password : "");
        string authority = (user.Length > 0 ? user + "@" : "") + url.Hostname + (url.Port.Length > 0 ? ":" + url.Port : "");
        return $"{url.Scheme}:{(authority.Length > 0 ? "//" + authority : "")}{url.Path}{(url.Query is null ? "" : "?" + url.Query)}{(url.Fragment is null ? "" : "#" + url.Fragment)}";
    }
}
