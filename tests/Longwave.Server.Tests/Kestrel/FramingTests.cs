using System.Net.Sockets;
using System.Text.RegularExpressions;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Kestrel;

/// <summary>Where an HTTP/1 request ends: an ambiguous one is rejected and ends its connection, so that no byte of it becomes another request.</summary>
public sealed partial class FramingTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private const string Smuggled = "POST /v1/events?topic=smuggled HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx";

    private TestHub Hub => fixture.Hub;

    [Theory]
    [InlineData("1.1", "Content-Length: 2\n\r\nhi")]
    [InlineData("1.1", "Content-Length: 2\r\n\nhi")]
    [InlineData("1.1", "X-A: b\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("1.1", "Content-Length: +2\r\n\r\nhi")]
    [InlineData("1.1", "Content-Length: +0\r\n\r\n")]
    [InlineData("1.1", "Content-Length: -0\r\n\r\n")]
    [InlineData("1.1", "Content-Length: 2,2\r\n\r\nhi")]
    [InlineData("1.1", "Content-Length: 0x2\r\n\r\nhi")]
    [InlineData("1.1", "Content-Length: 00000000000000000000000000000002\r\n\r\nhi")]
    [InlineData("1.1", "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("1.1", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("1.1", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("1.1", "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("1.1", "Transfer-Encoding: identity, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("1.1", "Transfer-Encoding: chunked, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("1.1", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("1.1", "Transfer-Encoding: chunked\r\n\r\n100000002\r\nhi\r\n0\r\n\r\n")]
    [InlineData("1.1", "Transfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n")]
    [InlineData("1.0", "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    public async Task Publish_AmbiguousEnd_IsRejectedAndEndsTheConnection(string version, string rest)
    {
        string before = Hub.Engine.Tip.ToString();
        string answer = await RawConnection.RoundTripAsync(
            Hub.Address, $"POST /v1/events?topic=framing HTTP/{version}\r\nHost: localhost\r\n{rest}{Smuggled}");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Single(StatusLine().Matches(answer));
        Assert.Equal(before, Hub.Engine.Tip.ToString());
    }

    [Fact]
    public async Task Publish_LineFeedsOnly_IsRejected()
    {
        string request = "POST /v1/events?topic=framing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n".Replace("\r", "", StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await RawConnection.RoundTripAsync(Hub.Address, request + "hi"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 2\r\n\r\nhi")]
    [InlineData("Content-Length:   2 \r\n\r\nhi")]
    [InlineData("Content-Length: 002\r\n\r\nhi")]
    [InlineData("Transfer-Encoding: Chunked\r\n\r\n002;a=b\r\nhi\r\n0\r\nX-Trailer: y\r\n\r\n")]
    public async Task Publish_ClearEnd_IsAccepted(string rest)
    {
        string answer = await RawConnection.RoundTripAsync(
            Hub.Address, $"POST /v1/events?topic=framing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{rest}");
        Assert.StartsWith("HTTP/1.1 201 ", answer, StringComparison.Ordinal);
    }

    /// <summary>A client may end its side after a request (RFC 9112, section 9.6) and still receives the answer.</summary>
    [Fact]
    public async Task Publish_ClientEndsItsSide_IsAnswered()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Server.ParkStreams = true);
        for (int i = 0; i < 50; i++)
        {
            using RawConnection connection = await RawConnection.OpenAsync(hub.Address);
            await connection.SendAsync("POST /v1/events?topic=half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
            connection.Socket.Shutdown(SocketShutdown.Send);
            Assert.StartsWith("HTTP/1.1 201 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    /// <summary>A poll that waits ends when its client ends its side, also if that was before the poll began, because a client that has left does the same.</summary>
    [Fact]
    public async Task Poll_ClientEndsItsSide_Ends()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Server.ParkStreams = true);
        for (int i = 0; i < 50; i++)
        {
            using RawConnection connection = await RawConnection.OpenAsync(hub.Address);
            await connection.SendAsync("GET /v1/events?topic=half&wait=60 HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");
            connection.Socket.Shutdown(SocketShutdown.Send);
            Assert.Empty(await connection.ReadToEndAsync());
        }

        await Eventually.TrueAsync(() => hub.Engine.ConnectionCount == 0);
    }

    /// <summary>After a poll on the same connection, the end of input means nothing again.</summary>
    [Fact]
    public async Task Publish_AfterAPollOnTheSameConnection_IsAnsweredAfterTheClientEndsItsSide()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Server.ParkStreams = true);
        using RawConnection connection = await RawConnection.OpenAsync(hub.Address);
        await connection.SendAsync("GET /v1/events?topic=half HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");
        await connection.ReadUntilAsync("\"next\":");
        await connection.SendAsync("POST /v1/events?topic=half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
        connection.Socket.Shutdown(SocketShutdown.Send);
        Assert.Contains("HTTP/1.1 201 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"HTTP/1\.1 \d{3} ")]
    private static partial Regex StatusLine();
}
