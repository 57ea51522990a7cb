using Longwave.Server.Browsers;

namespace Longwave.Server.Tests.Browsers;

public sealed class AllowedOriginTests
{
    [Theory]
    [InlineData("https://app.example.com", "https://app.example.com")]
    [InlineData("https://app.example.com:443", "https://app.example.com")]
    [InlineData("http://localhost:5173", "http://localhost:5173")]
    [InlineData("https://*.example.com", "https://a.example.com")]
    [InlineData("https://*.example.com", "https://a.b.example.com")]
    [InlineData("https://*.example.com:8443", "https://a.example.com:8443")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example")]
    [InlineData("https://BÜCHER.example", "https://xn--bcher-kva.example")]
    [InlineData("https://*.bücher.example", "https://shop.xn--bcher-kva.example")]
    [InlineData("https://xn--bcher-kva.example", "https://xn--bcher-kva.example")]
    [InlineData("https://[::1]:8443", "https://[::1]:8443")]
    [InlineData("capacitor://localhost", "capacitor://localhost")]
    [InlineData("ionic://localhost", "ionic://localhost")]
    [InlineData("tauri://localhost", "tauri://localhost")]
    [InlineData("app://-", "app://-")]
    [InlineData("app://obsidian.md", "app://obsidian.md")]
    [InlineData("chrome-extension://abcdefghijklmnopabcdefghijklmnop", "chrome-extension://abcdefghijklmnopabcdefghijklmnop")]
    [InlineData("moz-extension://*", "moz-extension://5a1f2e34-8f3c-4e0a-9d57-0b1c2d3e4f50")]
    [InlineData("vscode-webview://*", "vscode-webview://1k2j3h4g5f6d7s8a")]
    public void Matches_OriginThatTheEntryNames_ReturnsTrue(string entry, string origin) => Assert.True(Matches(entry, origin));

    [Theory]
    [InlineData("https://app.example.com", "http://app.example.com")]
    [InlineData("https://app.example.com", "https://app.example.com:8443")]
    [InlineData("https://*.example.com", "https://example.com")]
    [InlineData("https://*.example.com", "https://evilexample.com")]
    [InlineData("https://*.example.com", "https://a.example.com.evil.example")]
    [InlineData("https://*.example.com", "http://a.example.com")]
    [InlineData("https://*.example.com", "https://a.example.com:8443")]
    [InlineData("vscode-webview://*", "https://any.example")]
    [InlineData("vscode-webview://*", "moz-extension://5a1f2e34-8f3c-4e0a-9d57-0b1c2d3e4f50")]
    [InlineData("capacitor://localhost", "ionic://localhost")]
    [InlineData("capacitor://localhost", "http://localhost")]
    public void Matches_OtherOrigin_ReturnsFalse(string entry, string origin) => Assert.False(Matches(entry, origin));

    [Theory]
    [InlineData("https://*")]
    [InlineData("http://*")]
    [InlineData("*://app.example.com")]
    [InlineData("https://a.*.example.com")]
    [InlineData("https://**.example.com")]
    [InlineData("https://*.")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://user@app.example.com")]
    [InlineData("capacitor://localhost/")]
    [InlineData("capacitor://")]
    [InlineData("capacitor://*.localhost")]
    [InlineData("file://")]
    [InlineData("file://*")]
    [InlineData("data://x")]
    [InlineData("1app://x")]
    [InlineData("null")]
    [InlineData("app.example.com")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_NoOrigin_ReturnsFalse(string? entry) => Assert.False(AllowedOrigin.TryParse(entry, out _));

    private static bool Matches(string entry, string origin)
    {
        Assert.True(AllowedOrigin.TryParse(entry, out AllowedOrigin allowed), entry);
        Assert.True(WebOrigin.TryParse(origin, out WebOrigin parsed), origin);
        Assert.Equal(origin, parsed.ToString());
        return allowed.Matches(parsed);
    }
}
