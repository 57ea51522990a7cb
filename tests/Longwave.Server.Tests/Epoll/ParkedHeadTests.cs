using System.Globalization;
using Longwave.Server.Epoll;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Longwave.Server.Tests.Epoll;

/// <summary>The response head of a parked stream, of any size that application, middleware or request cause.</summary>
public sealed class ParkedHeadTests : IAsyncLifetime
{
    /// <summary>Request header with the number of additional response header bytes; half of them are set when the response starts.</summary>
    private const string Wanted = "X-Wanted-Bytes";

    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.StartAsync(
        static options =>
        {
            options.Server.ParkStreams = true;
            options.Server.AllowedHosts = ["*"];
        },
        use: static app => app.Use(static (context, next) =>
        {
            if (int.TryParse(context.Request.Headers[Wanted], CultureInfo.InvariantCulture, out int bytes))
            {
                context.Response.Headers.ContentSecurityPolicy = new string('c', bytes / 2);
                context.Response.OnStarting(() =>
                {
                    context.Response.Cookies.Append("session", new string('s', bytes - (bytes / 2)));
                    return Task.CompletedTask;
                });
            }

            return next(context);
        }));

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(3 * 1024)]
    [InlineData(4 * 1024)]
    [InlineData(5 * 1024)]
    [InlineData(20 * 1024)]
    [InlineData(120 * 1024)]
    public async Task Stream_HeadersOfTheApplication_ArriveCompleteBeforeTheStream(int bytes)
    {
        using RawConnection connection = await RawConnection.OpenAsync(_hub.Address);
        await connection.SendAsync($"GET /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\n{Wanted}: {bytes}\r\n\r\n");
        await connection.ReadUntilAsync("retry: ");
        await _hub.PublishAsync("a", "after");
        string text = await connection.ReadUntilAsync("data: after\n\n");
        string head = text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"\r\nContent-Security-Policy: {new string('c', bytes / 2)}\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"\r\nSet-Cookie: session={new string('s', bytes - (bytes / 2))}; path=/", head, StringComparison.Ordinal);
        Assert.Contains("\r\nTransfer-Encoding: chunked", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3 * 1024)]
    [InlineData(5 * 1024)]
    [InlineData(20 * 1024)]
    [InlineData(60 * 1024)]
    public async Task Stream_LinkToALongHost_ArrivesComplete(int bytes)
    {
        string host = string.Join('.', Enumerable.Repeat(new string('h', 50), bytes / 51));
        using RawConnection connection = await RawConnection.OpenAsync(_hub.Address);
        await connection.SendAsync($"GET /.well-known/mercure?topic=a HTTP/1.1\r\nHost: {host}\r\n\r\n");
        string text = await connection.ReadUntilAsync("retry: ");
        string head = text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        Assert.Contains($"\r\nLink: <http://{host}/.well-known/mercure>; rel=\"mercure\"", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_HeadOverTheLimit_ClosesTheConnectionAndLogsTheReason()
    {
        string text = await RawConnection.RoundTripAsync(
            _hub.Address, $"GET /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\n{Wanted}: {EpollStream.MaxHeldBytes}\r\n\r\n");
        Assert.Equal("", text);
        Assert.Equal(0, _hub.Engine.ConnectionCount);
        await Eventually.TrueAsync(() => _hub.Logs.Lines.Count > 0);
        Assert.Contains("the head of its response is larger than 131072 bytes", Assert.Single(_hub.Logs.Lines), StringComparison.Ordinal);
    }
}
