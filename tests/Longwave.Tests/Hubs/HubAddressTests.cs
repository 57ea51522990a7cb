using Longwave.Hubs;

namespace Longwave.Tests.Hubs;

public sealed class HubAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080")]
    [InlineData("localhost:8080", "http://localhost:8080")]
    [InlineData("https://example.org/hub/", "https://example.org/hub")]
    [InlineData("[::1]:9000", "http://[::1]:9000")]
    [InlineData("http://unix:/run/hub.sock", "http://unix:/run/hub.sock")]
    [InlineData("unix:/run/a b?c#d%20.sock", "http://unix:/run/a b?c#d%20.sock")]
    [InlineData("http://unix:8080", "http://unix:8080")]
    public void TryParse_Url_IsRead(string text, string url)
    {
        Assert.True(HubAddress.TryParse(text, out HubAddress? address, out _));
        Assert.Equal(url, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("ftp://example.org")]
    [InlineData("http://example.org/?a=b")]
    [InlineData("https://unix:/run/hub.sock")]
    [InlineData("http://unix:hub.sock")]
    [InlineData("http://unix:/run/longwave/")]
    [InlineData("http://unix:/run/a\0b")]
    [InlineData("http://unix:/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void TryParse_InvalidUrl_ReportsTheError(string text)
    {
        Assert.False(HubAddress.TryParse(text, out _, out string? error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void TryResolve_OptionThenEnvironmentThenDefault_UsesTheFirst()
    {
        _ = HubAddress.TryParse("http://given:1", out HubAddress? given, out _);

        Assert.True(HubOption.TryResolve(given, "http://variable:2", out HubAddress? first, out _));
        Assert.True(HubOption.TryResolve(null, "http://variable:2", out HubAddress? second, out _));
        Assert.True(HubOption.TryResolve(null, "", out HubAddress? third, out _));
        Assert.False(HubOption.TryResolve(null, "ftp://x", out _, out string? error));

        Assert.Equal(["http://given:1", "http://variable:2", "http://127.0.0.1:8080"], new[] { first, second, third }.Select(a => a!.ToString()));
        Assert.StartsWith("LONGWAVE_HUB: ", error, StringComparison.Ordinal);
    }
}
