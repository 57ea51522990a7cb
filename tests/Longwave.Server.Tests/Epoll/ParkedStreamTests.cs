using System.Globalization;
using System.Net.Sockets;
using Longwave.Engine.Subscribers;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Epoll;

/// <summary>Streams whose sockets the hub took over from the web server, observed on the wire.</summary>
public sealed class ParkedStreamTests : IAsyncLifetime
{
    private const string Get = "GET /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.StartAsync(options =>
    {
        options.Server.ParkStreams = true;
        options.Server.MaxUnsentBytes = 16 * 1024;
    });

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task Stream_OnTheWire_IsChunksOfWholeFrames()
    {
        using RawConnection connection = await OpenAsync();
        string first = await _hub.PublishAsync("a", "one\ntwo");
        string second = await _hub.PublishAsync("a", new string('x', 300));
        string text = await connection.ReadUntilAsync("xxx\n\n\r\n");
        (string head, string body) = Split(text);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nTransfer-Encoding: chunked", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Accel-Buffering: no", head, StringComparison.Ordinal);
        List<string> chunks = Chunks(body);
        Assert.Matches("^: [0-9a-f]{8}-[0-9]+\nretry: [0-9]+\n$", chunks[0]);
        Assert.Equal([$"id: {first}\ndata: one\ndata: two\n\n", $"id: {second}\ndata: {new string('x', 300)}\n\n"], chunks[1..]);
    }

    [Fact]
    public async Task Stream_AfterOtherRequestsOnTheConnection_IsParked()
    {
        using RawConnection connection = await RawConnection.OpenAsync(_hub.Address);
        await connection.SendAsync("POST /v1/events?topic=b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
        await connection.ReadUntilAsync("HTTP/1.1 201 ");
        await connection.SendAsync(Get + "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await connection.ReadUntilAsync("retry: ");
        await _hub.PublishAsync("a", "after");
        string text = await connection.ReadUntilAsync("data: after\n\n");

        // A stream does not end, so a pipelined request behind it gets no response.
        Assert.Equal(3, text.Split("HTTP/1.1 ").Length);
    }

    [Fact]
    public async Task Stream_ClientThatReadsInBursts_GetsEveryEventOnceInOrder()
    {
        using RawConnection slow = await RawConnection.OpenAsync(_hub.Address);
        await slow.SendAsync(Get);
        await UntilAsync(() => _hub.Engine.ConnectionCount == 1);
        using OpenStream witness = await _hub.OpenAsync("?topic=a");
        Task<string> seen = witness.ReadUntilAsync("data: 599.");
        for (int i = 0; i < 600; i++)
        {
            await _hub.PublishAsync("a", string.Create(CultureInfo.InvariantCulture, $"{i}.{new string('x', 2_000 + (i * 7 % 900))}"));
        }

        await seen;
        string text = await slow.ReadUntilAsync("data: 599.");
        await _hub.PublishAsync("a", "end");
        text = await slow.ReadUntilAsync("data: end\n\n\r\n");
        List<string> chunks = Chunks(Split(text).Body);
        Assert.Equal(
            Enumerable.Range(0, 600).Select(static i => $"{i}").Append("end"),
            chunks.Where(static chunk => chunk.Contains("data: ", StringComparison.Ordinal)).Select(static chunk => chunk.Split("data: ")[1].Split('.', '\n')[0]));
    }

    [Fact]
    public async Task Stream_ClientClosesItsSide_IsClosed()
    {
        using RawConnection connection = await OpenAsync();
        connection.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("", Split(await connection.ReadToEndAsync()).Body.Split("retry: ")[1].Split('\n')[1].Trim());
        await UntilAsync(() => _hub.Engine.ConnectionCount == 0);
        Assert.Equal(1, _hub.Engine.Metrics.Closed(CloseReason.ClientGone));
    }

    [Fact]
    public async Task Stream_ClientResets_IsClosed()
    {
        RawConnection connection = await OpenAsync();
        connection.Socket.LingerState = new LingerOption(true, 0);
        connection.Dispose();
        await UntilAsync(() => _hub.Engine.ConnectionCount == 0);
        Assert.Equal(1, _hub.Engine.Metrics.Closed(CloseReason.ClientGone));
        Assert.Empty(_hub.Logs.Lines);
    }

    [Fact]
    public async Task Stream_HubCloses_EndsWithTheLastChunkDespiteUnreadInput()
    {
        using RawConnection connection = await OpenAsync();
        await connection.SendAsync(new string('?', 20_000));
        await _hub.StopAsync();
        string body = Split(await connection.ReadToEndAsync()).Body;
        Assert.Contains("event: longwave.reconnect\n", body, StringComparison.Ordinal);
        Assert.EndsWith("\r\n0\r\n\r\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ManyComeAndGo_LeaksNoDescriptor()
    {
        int before = OpenFiles();
        for (int round = 0; round < 10; round++)
        {
            var streams = new List<RawConnection>();
            for (int i = 0; i < 40; i++)
            {
                RawConnection connection = await RawConnection.OpenAsync(_hub.Address);
                streams.Add(connection);
                await connection.SendAsync(Get);
                if (i % 3 > 0)
                {
                    // The other clients disconnect before, during or after parking.
                    await connection.ReadUntilAsync("retry: ");
                }
            }

            await _hub.PublishAsync("a", "x");
            streams.ForEach(static stream => stream.Dispose());
        }

        // Other tests in the process open files too, but not hundreds.
        await UntilAsync(() => _hub.Engine.ConnectionCount == 0 && OpenFiles() < before + 200);
        Assert.Empty(_hub.Logs.Lines);
    }

    [Fact]
    public async Task Http10AndHttp2_AreNotParked_AndWork()
    {
        using RawConnection old = await RawConnection.OpenAsync(_hub.Address);
        await old.SendAsync("GET /v1/events?topic=a HTTP/1.0\r\n\r\n");
        await old.ReadUntilAsync("retry: ");
        using HttpClient client = _hub.NewClient(new Version(2, 0));
        using OpenStream http2 = await OpenStream.FromAsync(await client.GetAsync("/v1/events?topic=a", HttpCompletionOption.ResponseHeadersRead));
        await _hub.PublishAsync("a", "both");
        await old.ReadUntilAsync("data: both\n\n");
        await http2.ReadUntilAsync("data: both\n\n");
    }

    private static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Length;

    private static (string Head, string Body) Split(string text)
    {
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (text[..end], text[(end + 4)..]);
    }

    /// <summary>Payloads of the complete chunks (RFC 9112, section 7.1).</summary>
    private static List<string> Chunks(string body)
    {
        var chunks = new List<string>();
        for (int at = 0, line; (line = body.IndexOf("\r\n", at, StringComparison.Ordinal)) > 0;)
        {
            int size = int.Parse(body.AsSpan(at, line - at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (line + 2 + size + 2 > body.Length)
            {
                break;
            }

            chunks.Add(body.Substring(line + 2, size));
            Assert.Equal("\r\n", body.Substring(line + 2 + size, 2));
            at = line + 2 + size + 2;
        }

        return chunks;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }
    }

    private async Task<RawConnection> OpenAsync()
    {
        RawConnection connection = await RawConnection.OpenAsync(_hub.Address);
        await connection.SendAsync(Get);
        await connection.ReadUntilAsync("retry: ");
        await connection.ReadUntilAsync("\n\r\n");
        return connection;
    }
}
