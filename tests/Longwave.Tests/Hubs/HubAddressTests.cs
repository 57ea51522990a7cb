using Longwave.Hubs;

namespace Longwave.Tests.Hubs;

public sealed class HubAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/events?topic=a%2Fb%20%7Bc%7D%26")]
    [InlineData("localhost:8080", "http://localhost:8080/v1/events?topic=a%2Fb%20%7Bc%7D%26")]
    [InlineData("https://example.org/hub/", "https://example.org/hub/v1/events?topic=a%2Fb%20%7Bc%7D%26")]
    [InlineData("[::1]:9000", "http://[::1]:9000/v1/events?topic=a%2Fb%20%7Bc%7D%26")]
    public void TryParse_Url_IsTheUrlOfItsEvents(string text, string events)
    {
        Assert.True(HubAddress.TryParse(text, out HubAddress? address, out _));
        Assert.Equal(events, address.Events([new("topic", "a/b {c}&"), new("type", null)]).AbsoluteUri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("ftp://example.org")]
    [InlineData("http://example.org/?a=b")]
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
