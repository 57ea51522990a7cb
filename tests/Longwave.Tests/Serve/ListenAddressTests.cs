using Longwave.Serve;
using Longwave.Terminals;

namespace Longwave.Tests.Serve;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", false, "127.0.0.1:8080", true)]
    [InlineData("http://127.0.0.1:8080/", false, "127.0.0.1:8080", true)]
    [InlineData("HTTP://127.0.0.5", false, "127.0.0.5:80", true)]
    [InlineData("https://[::1]:8443", true, "[::1]:8443", true)]
    [InlineData("https://[::1]", true, "[::1]:443", true)]
    [InlineData("http://localhost:0", false, "127.0.0.1:0", true)]
    [InlineData("http://192.0.2.7:80", false, "192.0.2.7:80", false)]
    [InlineData("http://0.0.0.0:8080", false, "0.0.0.0:8080", false)]
    [InlineData("http://[::]:8080", false, "[::]:8080", false)]
    [InlineData("http://unix:/run/longwave/hub.sock", false, "/run/longwave/hub.sock", true)]
    public void Parse_Address_IsRead(string url, bool tls, string endPoint, bool loopback)
    {
        ListenAddress address = ListenAddress.Parse(url);
        Assert.Equal(tls, address.Tls);
        Assert.Equal(endPoint, Assert.Single(address.EndPoints).ToString());
        Assert.Equal(loopback, address.IsLoopback);
    }

    [Theory]
    [InlineData("http://*:8080")]
    [InlineData("http://+:8080")]
    public void Parse_AnyAddress_IsNotLoopback(string url) => Assert.False(ListenAddress.Parse(url).IsLoopback);

    [Fact]
    public void Parse_Localhost_IsLoopbackOnly() => Assert.True(ListenAddress.Parse("http://localhost:8080").IsLoopback);

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://")]
    [InlineData("http://example.com:80")]
    [InlineData("http://127.0.0.1:port")]
    [InlineData("http://127.0.0.1:65536")]
    [InlineData("http://127.0.0.1:-1")]
    [InlineData("http://127.0.0.1:")]
    [InlineData("http://::1:80")]
    [InlineData("http://[::1")]
    [InlineData("http://[127.0.0.1]:80")]
    [InlineData("http://127.0.0.1:80/path")]
    [InlineData("http://user@127.0.0.1:80")]
    [InlineData("https://unix:/run/hub.sock")]
    [InlineData("http://unix:hub.sock")]
    [InlineData("http://unix:")]
    public void Parse_Invalid_ExplainsTheError(string url)
    {
        StartFailedException exception = Assert.Throws<StartFailedException>(() => ListenAddress.Parse(url));
        Assert.Equal(StartFailure.UsageExitCode, exception.ExitCode);
        Assert.Contains($"`{url}`", exception.Message, StringComparison.Ordinal);
    }
}
