using System.Net;
using Longwave.Engine.Subscribers;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>Ends of streams: by the client, by the hub, by a limit.</summary>
public sealed class DrainingTests
{
    [Fact]
    public async Task Stop_WithOpenStreams_NotifiesThemAndEndsThemCleanly()
    {
        await using TestHub hub = await TestHub.StartAsync();
        using OpenStream events = await hub.OpenAsync("?topic=a");
        using OpenStream lines = await hub.OpenAsync("?topic=a", "application/x-ndjson");
        await events.ReadUntilAsync("retry: ");
        await lines.ReadUntilAsync("longwave.tip");
        Task stop = hub.StopAsync();
        Assert.Contains("event: longwave.reconnect\n", await events.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Contains("longwave.reconnect", await lines.ReadToEndAsync(), StringComparison.Ordinal);
        await stop;
        Assert.Empty(hub.Logs.Lines);
    }

    [Fact]
    public async Task Stop_DuringTheDrain_RejectsNewStreamsAndIsNotReady()
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Engine.DrainWindow = TimeSpan.FromMinutes(30));
        var streams = new List<OpenStream>();
        for (int i = 0; i < 5; i++)
        {
            streams.Add(await hub.OpenAsync("?topic=a"));
        }

        Task stop = hub.StopAsync();
        while (true)
        {
            using HttpResponseMessage ready = await hub.Http.GetAsync("/readyz");
            if (ready.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                break;
            }
        }

        using HttpResponseMessage alive = await hub.Http.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        using HttpResponseMessage refused = await hub.GetAsync("?topic=a");
        await TestHub.AssertProblemAsync(refused, 503, "shutting-down");
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.False(refused.Headers.Contains("X-Accel-Buffering"));

        // The last client disconnects by itself: the drain has nothing to wait for.
        streams.ForEach(s => s.Dispose());
        await stop;
    }

    [Theory]
    [InlineData("1.1", false)]
    [InlineData("2.0", false)]
    [InlineData("2.0", true)]
    public async Task Stream_ClientDisconnectsWithAnyProtocol_IsDetected(string version, bool tls)
    {
        await using TestHub hub = await TestHub.StartAsync(tls: tls);
        using HttpClient client = hub.NewClient(new Version(version));
        HttpResponseMessage response = await client.GetAsync("/v1/events?topic=a", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, hub.Engine.ConnectionCount);
        response.Dispose();
        await UntilAsync(() => hub.Engine.ConnectionCount == 0);
        Assert.Equal(1, hub.Engine.Metrics.Closed(CloseReason.ClientGone));
        Assert.Empty(hub.Logs.Lines);
    }

    [Fact]
    public async Task Stream_ClientNeverReads_IsClosedAfterTheStallTimeoutAndOthersContinue()
    {
        await using TestHub hub = await TestHub.StartAsync(options =>
        {
            options.Engine.StallTimeout = TimeSpan.FromSeconds(1);
            options.Engine.Heartbeat = TimeSpan.FromMilliseconds(100);
        });
        using RawConnection silent = await RawConnection.OpenAsync(hub.Address);
        silent.Socket.ReceiveBufferSize = 4_096;
        await silent.SendAsync("GET /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await UntilAsync(() => hub.Engine.ConnectionCount == 1);
        using OpenStream reader = await hub.OpenAsync("?topic=a");
        Task<string> read = reader.ReadUntilAsync("data: last\n\n");
        string large = new('x', 500_000);
        for (int i = 0; i < 40; i++)
        {
            await hub.PublishAsync("a", large);
        }

        await hub.PublishAsync("a", "last");
        await read;
        await UntilAsync(() => hub.Engine.Metrics.Closed(CloseReason.Stalled) + hub.Engine.Metrics.Closed(CloseReason.ClientGone) == 1);
        Assert.Equal(1, hub.Engine.ConnectionCount);
    }

    [Fact]
    public async Task Stream_ClientReadsBelowTheMinimumRate_IsNotClosed()
    {
        await using TestHub hub = await TestHub.StartAsync(
            options => options.Engine.Heartbeat = TimeSpan.FromSeconds(1),
            configureServer: kestrel => kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 1_000_000_000, gracePeriod: TimeSpan.FromSeconds(1.1)));
        using RawConnection slow = await RawConnection.OpenAsync(hub.Address);
        await slow.SendAsync("GET /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await UntilAsync(() => hub.Engine.ConnectionCount == 1);
        using OpenStream clock = await hub.OpenAsync("?topic=other");
        for (int i = 0; i < 20; i++)
        {
            await hub.PublishAsync("a", new string('x', 500_000));
        }

        // Three heartbeat intervals exceed the grace period of the web server.
        await clock.ReadUntilAsync($"\n: {hub.Engine.Tip}\n: {hub.Engine.Tip}\n: {hub.Engine.Tip}\n");
        await hub.PublishAsync("a", "last");
        await slow.ReadUntilAsync("data: last\n\n");
    }

    [Fact]
    public async Task Get_MoreStreamsThanAllowed_Is503WithRetryAfter()
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Engine.Limits.MaxConnections = 1);
        using OpenStream open = await hub.OpenAsync("?topic=a");
        using HttpResponseMessage refused = await hub.GetAsync("?topic=a");
        await TestHub.AssertProblemAsync(refused, 503, "too-many-connections");
        Assert.NotNull(refused.Headers.RetryAfter);
        using HttpResponseMessage poll = await hub.GetAsync("?topic=a", "application/json");
        await TestHub.AssertProblemAsync(poll, 503, "too-many-connections");
    }

    [Fact]
    public async Task Get_TooManyPatterns_Is503ButExactTopicsAreAccepted()
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Engine.Limits.MaxPatterns = 1);
        using OpenStream open = await hub.OpenAsync("?topic=%7Ba%7D");
        using HttpResponseMessage refused = await hub.GetAsync("?topic=%7Bb%7D%2F");
        await TestHub.AssertProblemAsync(refused, 503, "too-many-patterns", "topic");
        using OpenStream exact = await hub.OpenAsync("?topic=a");
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }
    }
}
