using System.Collections.Concurrent;
using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Tests.Health;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Subscribers;

/// <summary>Which threads serve subscriptions that could delay others.</summary>
public sealed class CostlyShardTests
{
    /// <summary>Maximum number of patterns in the grants of a stream on a delivery thread.</summary>
    private const int MaxInlineGrants = 32;

    /// <summary>Replayed and live events of a costly subscription are sent by threads of low priority, those of others never.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 10)]
    public async Task TrySubscribe_Patterns_AreServedWithTheirPriority(int patterns, int nice)
    {
        await using var hub = new TestHub(new EngineOptions { Limits = { MaxInlinePatterns = 2 } });
        await hub.PublishAsync("a/x", "stored");
        var inner = new MemorySink();
        var sink = new NiceSink(inner);
        SubscribeRequest request = new() { Selectors = [.. Enumerable.Range(0, patterns).Select(static i => Select($"a/{{x}}{{?q{i}}}"))], Since = Since.Earliest };
        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TrySubscribe(request, sink, out _));
        Assert.Equal("stored", (await inner.NextAsync()).Data);
        await inner.UntilLiveAsync();
        sink.Take();
        await hub.PublishAsync("a/x", "live");
        Assert.Equal("live", (await inner.NextAsync()).Data);
        Assert.All(sink.Take(), value => Assert.Equal(ThreadNice.Read() + nice, value));
    }

    /// <summary>A renewal does not bring costly grants to a delivery thread: the stream keeps its identity, and a new stream can have the grants.</summary>
    [Fact]
    public async Task Renew_TooManyPatternsForItsShard_NeedsANewStream()
    {
        await using var hub = new TestHub();
        ReadAccess few = AccessOf(MaxInlineGrants);
        ReadAccess many = AccessOf(MaxInlineGrants + 1);
        Subscriber subscriber = Subscribe(hub, few);
        Assert.Equal(RenewOutcome.Renewed, subscriber.Renew(Holder(few)));
        StreamIdentity before = subscriber.Identity!;
        Assert.Equal(RenewOutcome.NeedsNewStream, subscriber.Renew(Holder(many)));
        Assert.Same(before, subscriber.Identity);

        Subscriber costly = Subscribe(hub, many);
        Assert.True(costly.IsCostly);
        Assert.Equal(RenewOutcome.Renewed, costly.Renew(Holder(AccessOf(MaxInlineGrants + 2))));
    }

    /// <summary>Grants that cover the subscription are not matched with its topics, however many they are.</summary>
    [Fact]
    public async Task Renew_ManyPatternsThatCoverTheSubscription_Renews()
    {
        await using var hub = new TestHub();
        Subscriber subscriber = Subscribe(hub, null);
        ReadAccess many = new([new Grant(Selector.Any), .. Enumerable.Range(0, 100).Select(static i => new Grant(Select($"g{i}/{{x}}")))], []);
        Assert.Equal(RenewOutcome.Renewed, subscriber.Renew(Holder(many)));
    }

    private static Subscriber Subscribe(TestHub hub, ReadAccess? access)
    {
        var request = new SubscribeRequest { Selectors = [Selector.Any], Identity = Holder(access) };
        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TrySubscribe(request, new MemorySink(), out Subscriber? subscriber));
        return subscriber!;
    }

    private static ReadAccess AccessOf(int patterns) =>
        new([.. Enumerable.Range(0, patterns).Select(static i => new Grant(Select($"g{i}/{{x}}")))], []);

    private static StreamIdentity Holder(ReadAccess? access) => new() { Connection = "c", Access = access };

    private static Selector Select(string text) => Selector.TryParse(text, out Selector? selector, out string? error) ? selector : throw new ArgumentException(error);

    /// <summary>Records the nice value of each thread that sends.</summary>
    private sealed class NiceSink(MemorySink inner) : ISink
    {
        private readonly ConcurrentQueue<int> _values = new();

        /// <summary>The values since the last call.</summary>
        public int[] Take()
        {
            int[] values = [.. _values];
            _values.Clear();
            return values;
        }

        public void Attach(Subscriber subscriber) => inner.Attach(subscriber);

        public bool TrySend(FrameBatch batch, out int taken)
        {
            _values.Enqueue(ThreadNice.Read());
            return inner.TrySend(batch, out taken);
        }

        public void OnPosition(Position position, bool isLive) => inner.OnPosition(position, isLive);

        public void Complete(CloseReason reason) => inner.Complete(reason);
    }
}
