using System.Globalization;
using System.Text.Json;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;

namespace Longwave.Engine.Tests.Subscribers;

/// <summary>
/// What a client that stopped reading gets when it reads again. The numbers of missed events take each way: what a shard finds in the hot
/// tail, what a catch-up reader finds there, and what has left for storage.
/// </summary>
public sealed class SlowPolicyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(30)]
    [InlineData(900)]
    [InlineData(6_000)]
    public async Task Resume_Conflate_GetsTheNewestPerKeyInOrder(int missed)
    {
        await using var hub = new TestHub(Options());
        (MemorySink slow, MemorySink witness) = await OpenAsync(hub, "conflate/{n}");
        (string, string?)[] events = [.. Enumerable.Range(0, missed).Select(static i => ($"conflate/{i % 2}", i % 7 == 0 ? null : $"k{i % 5}"))];
        List<long> offsets = await PublishToAsync(hub, witness, events);
        slow.Open();
        long live = (await hub.PublishKeyedAsync([("conflate/0", "live")]))[0];

        Assert.Equal([.. Newest(events, offsets), live], await TakeAsync(slow, live));
        Assert.False(slow.TryNext(out _));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(900)]
    [InlineData(6_000)]
    public async Task Resume_Skip_SendsTheExactGapAndContinuesLive(int missed)
    {
        await using var hub = new TestHub(Options());
        (MemorySink slow, MemorySink witness) = await OpenAsync(hub, "skip/{n}");
        List<long> offsets = await PublishToAsync(hub, witness, [("other", null), .. Enumerable.Repeat(("skip/1", (string?)null), missed), ("other", null)]);
        slow.Open();
        Assert.Equal((offsets[0], offsets[^2], "skipped"), Gap(await slow.NextAsync()));

        long live = (await hub.PublishKeyedAsync([("skip/1", null)]))[0];
        Assert.Equal([live], await TakeAsync(slow, live));
        Assert.Equal(0, hub.Engine.Metrics.Closed(CloseReason.Slow));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(900)]
    [InlineData(6_000)]
    public async Task Resume_TopicsOfSeveralPolicies_EachEventFollowsItsPolicy(int missed)
    {
        await using var hub = new TestHub(Options());
        (MemorySink slow, MemorySink witness) = await OpenAsync(hub, "*");
        var random = new Random(missed);
        string[] topics = ["plain", "conflate/1", "skip/1"];
        (string Topic, string? Key)[] events = [.. Enumerable.Range(0, missed).Select(_ => (topics[random.Next(3)], (string?)$"{random.Next(4)}"))];
        List<long> offsets = await PublishToAsync(hub, witness, events);
        slow.Open();
        long live = (await hub.PublishKeyedAsync([("plain", null)]))[0];

        var gaps = new List<(long From, long To, string Reason)>();
        List<long> seen = await TakeAsync(slow, live, gaps);
        long[] Of(string topic) => [.. offsets.Where((_, i) => events[i].Topic == topic)];
        IEnumerable<long> conflated = Newest([.. events.Where(static one => one.Topic == "conflate/1")], [.. Of("conflate/1")]);
        Assert.Equal([.. Of("plain").Concat(conflated).Order(), live], seen);
        Assert.Equal((Of("skip/1")[0] - 1, Of("skip/1")[^1]), (gaps[0].From, gaps[^1].To));
        Assert.All(Of("skip/1"), offset => Assert.Single(gaps, gap => gap.From < offset && offset <= gap.To));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(6_000)]
    public async Task Resume_DisconnectPolicy_SendsTheReasonAndEnds(int missed)
    {
        await using var hub = new TestHub(Options());
        (MemorySink slow, MemorySink witness) = await OpenAsync(hub, "*");
        (string Topic, string? Key)[] events = [.. Enumerable.Repeat(("plain", (string?)null), missed), ("disconnect/1", null), ("plain", null)];
        List<long> offsets = await PublishToAsync(hub, witness, events);
        slow.Open();
        Assert.Equal(CloseReason.Slow, await slow.Ended.Task.WaitAsync(Patience, TestContext.Current.CancellationToken));
        ServerSentEvent last = (await slow.AllAsync())[^1];
        Assert.Equal(("longwave.closed", """{"reason":"slow"}"""), (last.Type, last.Data));
        Assert.Equal(1, hub.Engine.Metrics.Closed(CloseReason.Slow));

        // No event is lost: the client resumes with its position.
        MemorySink again = hub.Subscribe("*", slow.LastEventId);
        Assert.Equal(offsets, await TakeAsync(again, offsets[^1]));
    }

    [Fact]
    public async Task Tick_DisconnectPolicyAndNeverRead_IsCountedAsSlow()
    {
        EngineOptions options = Options();
        (options.Heartbeat, options.StallTimeout) = (TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1));
        await using var hub = new TestHub(options);
        MemorySink slow = hub.Subscribe("disconnect/1");
        await slow.UntilLiveAsync();
        slow.Block();
        await hub.PublishAsync("disconnect/1", "what blocks it, unless a heartbeat did");
        await slow.Refused.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await hub.PublishAsync("disconnect/1", "what it misses");
        Assert.Equal(CloseReason.Slow, await slow.Ended.Task.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("skip/1")]
    [InlineData("conflate/1")]
    [InlineData("disconnect/1")]
    public async Task Replay_OfAnyPolicy_IsComplete(string topic)
    {
        await using var hub = new TestHub(Options());
        List<long> offsets = await hub.PublishKeyedAsync(Enumerable.Repeat((topic, (string?)"k"), 5_000));
        var sink = new MemorySink();
        sink.Block();
        hub.Subscribe(topic, since: Since.Earliest, sink: sink);
        await sink.Refused.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        sink.Open();
        Assert.Equal(offsets, await TakeAsync(sink, offsets[^1]));
    }

    [Fact]
    public async Task Resume_MoreThanOnePassHolds_KeepsTheNewestPerKeyAndOrder()
    {
        EngineOptions options = Options();
        options.Limits.ConflationPassEvents = 16;
        await using var hub = new TestHub(options);
        (MemorySink slow, MemorySink witness) = await OpenAsync(hub, "conflate/1");
        (string, string?)[] events = [.. Enumerable.Range(0, 3_000).Select(static i => ("conflate/1", (string?)$"{i % 40}"))];
        List<long> offsets = await PublishToAsync(hub, witness, events);
        slow.Open();
        List<long> seen = await TakeAsync(slow, offsets[^1]);
        Assert.Equal(seen.Order().Distinct(), seen);
        Assert.Subset(seen.ToHashSet(), Newest(events, offsets).ToHashSet());
    }

    [Theory]
    [InlineData(30)]
    [InlineData(6_000)]
    public async Task Subscribe_ConflateFromThePast_GetsTheNewestPerKeyThenEveryLiveEvent(int kept)
    {
        await using var hub = new TestHub(Options());
        (string, string?)[] events = [.. Enumerable.Range(0, kept).Select(static i => ("plain", (string?)$"{i % 10}"))];
        List<long> offsets = await hub.PublishKeyedAsync(events);
        MemorySink sink = hub.Subscribe(static request => request with { Since = Since.Earliest, Conflate = true }, "plain");
        Assert.Equal(Newest(events, offsets), await TakeAsync(sink, offsets[^1]));
        await sink.UntilLiveAsync();
        foreach (int _ in Enumerable.Range(0, 5))
        {
            long live = (await hub.PublishKeyedAsync([("plain", "1")]))[0];
            Assert.Equal([live], await TakeAsync(sink, live));
        }
    }

    internal static EngineOptions Options()
    {
        EngineOptions options = HubEngineTests.Small();
        options.Shards = 1;

        // A heartbeat would be a flush that no test counts on.
        options.Heartbeat = TimeSpan.FromHours(1);
        options.Policies =
        [
            new TopicPolicy { Selector = "conflate/{n}", SlowConsumer = SlowConsumer.Conflate },
            new TopicPolicy { Selector = "skip/{n}", SlowConsumer = SlowConsumer.Skip },
            new TopicPolicy { Selector = "disconnect/{n}", SlowConsumer = SlowConsumer.Disconnect },
        ];
        return options;
    }

    internal static (long From, long To, string Reason) Gap(in ServerSentEvent notice)
    {
        Assert.Equal("longwave.gap", notice.Type);
        JsonElement data = JsonDocument.Parse(notice.Data).RootElement;
        return (Offset(data.GetProperty("from").GetString()!), Offset(data.GetProperty("to").GetString()!), data.GetProperty("reason").GetString()!);
    }

    internal static long Offset(string position) => long.Parse(position.AsSpan(9), CultureInfo.InvariantCulture);

    /// <summary>A live client of which the hub knows that it reads no more, and one that reads everything.</summary>
    private static async Task<(MemorySink Slow, MemorySink Witness)> OpenAsync(TestHub hub, string selector)
    {
        MemorySink slow = hub.Subscribe([selector, "first"]);
        MemorySink witness = hub.Subscribe("*");
        await slow.UntilLiveAsync();
        await witness.UntilLiveAsync();
        slow.Block();
        await hub.PublishAsync("first", "");
        await slow.Refused.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((await witness.NextAsync()).LastEventId, (await slow.NextAsync()).LastEventId);
        return (slow, witness);
    }

    /// <summary>Returns when the shard has delivered them: the slow client has missed them by then.</summary>
    private static async Task<List<long>> PublishToAsync(TestHub hub, MemorySink witness, IEnumerable<(string Topic, string? Key)> events)
    {
        List<long> offsets = await hub.PublishKeyedAsync(events);
        Assert.Equal(offsets, await TakeAsync(witness, offsets[^1]));
        return offsets;
    }

    private static async Task<List<long>> TakeAsync(MemorySink sink, long last, List<(long From, long To, string Reason)>? gaps = null)
    {
        var seen = new List<long>();
        while (seen.Count == 0 || seen[^1] != last)
        {
            ServerSentEvent next = await sink.NextAsync();
            if (next.Type == "message")
            {
                seen.Add(Offset(next.LastEventId));
            }
            else
            {
                Assert.NotNull(gaps);
                gaps.Add(Gap(next));
            }
        }

        return seen;
    }

    private static IEnumerable<long> Newest((string, string?)[] events, List<long> offsets) =>
        events.Zip(offsets).GroupBy(static one => one.First).Select(static key => key.Max(static one => one.Second)).Order();
}
