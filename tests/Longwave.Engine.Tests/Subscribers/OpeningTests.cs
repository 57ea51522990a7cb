using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Subscribers;

/// <summary>Reports of a sink while the greeting is still being written: they can come from any thread, before the shard has added the stream.</summary>
public sealed class OpeningTests
{
    [Fact]
    public async Task TrySubscribe_SinkWritableBeforeTheShardAddsIt_IsServedOnce()
    {
        await using var hub = new TestHub(new EngineOptions { Shards = 1 });
        await hub.PublishAsync("t", "stored");
        var inner = new MemorySink();
        var sink = new HastySink(inner, hub, static subscriber => subscriber.OnWritable());

        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TrySubscribe(Request(), sink, out _));
        Assert.Equal("stored", (await inner.NextAsync()).Data);
        await inner.UntilLiveAsync();
        await hub.PublishAsync("t", "live");
        Assert.Equal("live", (await inner.NextAsync()).Data);

        sink.Subscriber!.Close(CloseReason.ClientGone);
        await inner.Ended.Task;
        long written = inner.Bytes;
        MemorySink witness = hub.Subscribe("t");
        await witness.UntilLiveAsync();
        await hub.PublishAsync("t", "after the end");
        await witness.NextAsync();
        Assert.Equal(written, inner.Bytes);
    }

    [Fact]
    public async Task TrySubscribe_ClientDisconnectsBeforeTheShardAddsIt_EndsOnce()
    {
        await using var hub = new TestHub(new EngineOptions { Shards = 1 });
        var inner = new MemorySink();
        var sink = new HastySink(inner, hub, static subscriber => subscriber.Close(CloseReason.ClientGone));

        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TrySubscribe(Request(), sink, out Subscriber? subscriber));
        Assert.Equal(CloseReason.ClientGone, await subscriber!.Completion.WaitAsync(TimeSpan.FromSeconds(30)));

        MemorySink witness = hub.Subscribe("t");
        await witness.UntilLiveAsync();
        Assert.Equal(2, hub.Engine.ConnectionCount);
        Assert.Equal(1, hub.Engine.Metrics.Closed(CloseReason.ClientGone));
    }

    private static SubscribeRequest Request() => new()
    {
        Selectors = [Selector.TryParse("t", out Selector? selector, out _) ? selector : throw new InvalidOperationException()],
        Since = Since.Earliest,
    };

    /// <summary>Reports something within its first send, and lets the shard (the only one) deal with it before that returns.</summary>
    private sealed class HastySink(MemorySink inner, TestHub hub, Action<Subscriber> report) : ISink
    {
        private bool _reported;

        public Subscriber? Subscriber { get; private set; }

        public void Attach(Subscriber subscriber) => Subscriber = subscriber;

        public bool TrySend(FrameBatch batch, out int taken)
        {
            bool open = inner.TrySend(batch, out taken);
            if (_reported)
            {
                return open;
            }

            _reported = true;
            report(Subscriber!);

            // Messages to a shard are handled in order: when a stream opened now is live, ours was handled.
            hub.Subscribe("elsewhere").UntilLiveAsync().GetAwaiter().GetResult();
            return false;
        }

        public void OnPosition(Position position, bool isLive) => inner.OnPosition(position, isLive);

        public void Complete(CloseReason reason) => inner.Complete(reason);
    }
}
