using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Fanout;

/// <summary>Streams that end with their token. The test moves the clock; ticks are automatic.</summary>
public sealed class ExpiryWatchTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Tick_TokenExpires_SendsANoticeThenEnds()
    {
        await using TestHub hub = Open();
        MemorySink sink = Subscribe(hub, Expiry(60, 90, 100));
        await sink.UntilLiveAsync();

        _clock.Advance(TimeSpan.FromSeconds(60));
        ServerSentEvent notice = await sink.NextAsync();
        Assert.Equal("longwave.token-expiring", notice.Type);
        Assert.Equal("""{"expires":"2026-01-01T00:01:30.000Z","connection":"c-1"}""", notice.Data);

        // At exp the stream continues, because clocks differ.
        _clock.Advance(TimeSpan.FromSeconds(39));
        await hub.PublishAsync("a", "still there");
        Assert.Equal("still there", (await sink.NextAsync()).Data);
        _clock.Advance(TimeSpan.FromSeconds(1));
        ServerSentEvent end = await sink.NextAsync();
        Assert.Equal(("longwave.closed", """{"reason":"token-expired"}"""), (end.Type, end.Data));
        Assert.Equal(CloseReason.TokenExpired, await sink.Ended.Task);
        await hub.PublishAsync("a", "too late");
        Assert.Empty(await sink.AllAsync());
    }

    [Fact]
    public async Task TryRenew_BeforeTheExpiry_MovesNoticeAndEnd()
    {
        await using TestHub hub = Open();
        MemorySink sink = Subscribe(hub, Expiry(60, 90, 100));
        await sink.UntilLiveAsync();
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("longwave.token-expiring", (await sink.NextAsync()).Type);

        Assert.True(sink.Subscriber!.TryRenew(new StreamIdentity { Connection = "c-1", Expiry = Expiry(200, 230, 240) }));
        _clock.Advance(TimeSpan.FromSeconds(100));
        await hub.PublishAsync("a", "past the first end");
        Assert.Equal("past the first end", (await sink.NextAsync()).Data);
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal("longwave.token-expiring", (await sink.NextAsync()).Type);
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal("longwave.closed", (await sink.NextAsync()).Type);
    }

    [Fact]
    public async Task Tick_ClientDoesNotRead_EndsAtItsTime()
    {
        await using TestHub hub = Open();
        var sink = new MemorySink();
        sink.Block();
        Subscribe(hub, Expiry(60, 90, 100), sink);
        _clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(CloseReason.TokenExpired, await sink.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Tick_ThousandTokensInAnyOrder_EndsEachAtItsTime()
    {
        await using TestHub hub = Open();
        var random = new Random(1);
        int[] seconds = [.. Enumerable.Range(1, 1_000)];
        random.Shuffle(seconds);
        List<(int Second, MemorySink Sink)> streams = [.. seconds.Select(second => (second, Subscribe(hub, Expiry(second, second, second))))];
        await Task.WhenAll(streams.Select(static stream => stream.Sink.UntilLiveAsync()));

        // Some go, some are renewed: neither must disturb the order of the others.
        foreach ((_, MemorySink sink) in streams.Where(static stream => stream.Second % 10 == 0))
        {
            sink.Subscriber!.Close(CloseReason.ClientGone);
        }

        foreach ((int second, MemorySink sink) in streams.Where(static stream => stream.Second % 10 == 1))
        {
            sink.Subscriber!.TryRenew(new StreamIdentity { Connection = "c-1", Expiry = Expiry(5_000, 5_000, 5_000) });
        }

        for (int now = 100; now <= 1_000; now += 100)
        {
            _clock.Advance(TimeSpan.FromSeconds(100));
            int due = now;
            await Task.WhenAll(streams.Where(stream => stream.Second <= due && stream.Second % 10 > 1).Select(static stream => stream.Sink.Ended.Task))
                .WaitAsync(TimeSpan.FromSeconds(30));
            Assert.All(streams, stream => Assert.True(stream.Second <= due || stream.Second % 10 == 0 || !stream.Sink.Ended.Task.IsCompleted));
        }

        Assert.Equal(100, hub.Engine.ConnectionCount);
        Assert.Equal(800, hub.Engine.Metrics.Closed(CloseReason.TokenExpired));
    }

    private TestHub Open() => new(new EngineOptions { Heartbeat = TimeSpan.FromMilliseconds(100), StallTimeout = TimeSpan.FromDays(1), MaxConnectionAge = TimeSpan.Zero }, _clock);

    private StreamExpiry Expiry(int notice, int expires, int ends) => new(At(notice), At(expires), At(ends));

    private static DateTimeOffset At(int second) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(second);

    private static MemorySink Subscribe(TestHub hub, StreamExpiry expiry, MemorySink? sink = null)
    {
        sink ??= new MemorySink();
        var request = new SubscribeRequest
        {
            Selectors = [Selector.Exact("a")],
            Identity = new StreamIdentity { Connection = "c-1", Expiry = expiry },
        };
        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TrySubscribe(request, sink, out _));
        return sink;
    }
}
