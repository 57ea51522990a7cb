using System.Net;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Tests.Http;

public sealed class ClientAddressesTests
{
    [Theory]
    [InlineData("192.0.2.1", "X-Forwarded-For", "198.51.100.7", "192.0.2.1")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "198.51.100.7", "198.51.100.7")]
    [InlineData("::ffff:10.0.0.1", "X-Forwarded-For", "198.51.100.7", "198.51.100.7")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "1.1.1.1, 198.51.100.7", "198.51.100.7")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "1.1.1.1, 198.51.100.7, 10.9.9.9", "198.51.100.7")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "10.2.2.2,10.3.3.3", "10.2.2.2")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "198.51.100.7:4711", "198.51.100.7")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "2001:db8::1", "2001:db8::1")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "[2001:db8::1]:4711", "2001:db8::1")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "1.1.1.1, unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "1.1.1.1,", "10.0.0.1")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "", "10.0.0.1")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "<script>", "10.0.0.1")]
    [InlineData("10.0.0.1", "Forwarded", "for=198.51.100.7", "10.0.0.1")]
    [InlineData("2001:db8:1::5", "X-Forwarded-For", "198.51.100.7", "198.51.100.7")]
    [InlineData("2001:db8:2::5", "X-Forwarded-For", "198.51.100.7", "2001:db8:2::5")]
    public void Of_ForwardedByAProxy_IsTheNearestUntrustedAddress(string peer, string header, string value, string client) =>
        Assert.Equal(IPAddress.Parse(client), Resolve(ForwardedHeader.XForwardedFor, peer, header, value));

    [Theory]
    [InlineData("for=198.51.100.7", "198.51.100.7")]
    [InlineData("For=\"[2001:db8::1]:4711\";proto=https", "2001:db8::1")]
    [InlineData("for=1.1.1.1, proto=http;for=198.51.100.7;by=10.0.0.1", "198.51.100.7")]
    [InlineData("for=198.51.100.7, for=_hidden", "10.0.0.1")]
    [InlineData("by=198.51.100.7", "10.0.0.1")]
    public void Of_StandardHeader_IsReadIfConfigured(string value, string client)
    {
        Assert.Equal(IPAddress.Parse(client), Resolve(ForwardedHeader.Forwarded, "10.0.0.1", "Forwarded", value));
        Assert.Equal(IPAddress.Parse("10.0.0.1"), Resolve(ForwardedHeader.Forwarded, "10.0.0.1", "X-Forwarded-For", "198.51.100.7"));
    }

    [Fact]
    public void Of_LongChainOfProxies_EndsAtTheLimit() =>
        Assert.Equal(IPAddress.Parse("10.0.0.7"), Resolve(
            ForwardedHeader.XForwardedFor, "10.0.0.1", "X-Forwarded-For", $"198.51.100.7,{string.Join(',', Enumerable.Repeat("10.0.0.7", ForwardedChain.MaxHops))}"));

    [Fact]
    public void Of_NoAddress_IsLoopback() =>
        Assert.Equal(IPAddress.Loopback, new ClientAddresses(new ServerOptions()).Of(new DefaultHttpContext()));

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    public void AddressKey_TwoAddressesOfOneClient_IsOneKey(string one, string other, bool same) =>
        Assert.Equal(same, AddressKey.Of(IPAddress.Parse(one), 64) == AddressKey.Of(IPAddress.Parse(other), 64));

    private static IPAddress Resolve(ForwardedHeader which, string peer, string header, string value)
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(peer) } };
        context.Request.Headers[header] = value;
        return new ClientAddresses(new ServerOptions { TrustedProxies = ["10.0.0.0/8", "2001:db8:1::5"], ForwardedHeader = which }).Of(context);
    }
}
