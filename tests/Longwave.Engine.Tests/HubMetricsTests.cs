using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Health;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Engine.Tests;

/// <summary>Each counter moves once for each event that it counts, and each gauge falls again. The tables have a row for every value of the enums.</summary>
public sealed class HubMetricsTests
{
    public static TheoryData<HubCounter> AllCounters => [.. Enum.GetValues<HubCounter>()];

    public static TheoryData<PublishOutcome> AllOutcomes => [.. Enum.GetValues<PublishOutcome>()];

    public static TheoryData<CloseReason> AllReasons => [.. Enum.GetValues<CloseReason>()];

    [Theory]
    [MemberData(nameof(AllCounters))]
    public async Task Read_Counter_MovesOncePerEvent(HubCounter counter)
    {
        CounterScenario scenario = CounterScenario.All[counter];
        HubMetrics metrics;
        long expected;
        await using (TestHub hub = CounterScenario.Open(scenario.Policy, scenario.Heartbeat))
        {
            metrics = hub.Engine.Metrics;
            Assert.Equal(0, metrics.Read(counter));
            expected = await scenario.Run(hub);
        }

        // The threads of the hub have ended, so nothing is counted later.
        Assert.Equal(expected, metrics.Read(counter));
    }

    [Theory]
    [MemberData(nameof(AllOutcomes))]
    public async Task Publishes_Outcome_MovesOncePerRequest(PublishOutcome outcome)
    {
        if (outcome is PublishOutcome.DiskFull or PublishOutcome.ShortOfMemory or PublishOutcome.Stopped)
        {
            Assert.Equal(1, await PublishToFailingStorageAsync(outcome));
            return;
        }

        await using TestHub hub = CounterScenario.Open();
        HubLimits limits = hub.Options.Limits;
        long expected = 1;
        switch (outcome)
        {
            case PublishOutcome.InvalidEvent:
                await RejectAsync(hub, outcome, To("t") with { Type = "two\nlines" });
                break;
            case PublishOutcome.TooManyEvents:
                await RejectAsync(hub, outcome, [.. Enumerable.Range(0, limits.MaxRequestEvents + 1).Select(static _ => To("t"))]);
                break;
            case PublishOutcome.RequestTooLarge:
                limits.MaxRequestBytes = 1;
                await RejectAsync(hub, outcome, To("t"), To("t"));
                break;
            case PublishOutcome.LargerThanHotTail:
                await RejectAsync(hub, outcome, [.. Enumerable.Range(0, CounterScenario.TailEvents + 1).Select(static _ => To("memory"))]);
                break;
            case PublishOutcome.TooManyTopics:
                limits.MaxTopics = 0;
                await RejectAsync(hub, outcome, To("t"));
                break;
            case PublishOutcome.TopicComplete:
                await RejectAsync(hub, outcome, Event.Completion("t"), To("t"));
                break;
            case PublishOutcome.QueueFull:
                (limits.MaxQueuedRequests, limits.MaxCommitEvents) = (1, 1);
                PublishResult[] results = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => hub.Engine.PublishAsync([new Publication(To("t"), null)]).AsTask()));
                expected = results.Count(static result => result.Outcome == PublishOutcome.QueueFull);
                Assert.NotEqual(0, expected);
                Assert.Equal(2_000 - expected, hub.Engine.Metrics.Publishes(PublishOutcome.Accepted));
                break;
            case PublishOutcome.ShuttingDown:
                await RejectAfterCloseAsync();
                return;
            default:
                await hub.PublishAsync("t", "x");
                break;
        }

        Assert.Equal(expected, hub.Engine.Metrics.Publishes(outcome));
    }

    [Theory]
    [MemberData(nameof(AllReasons))]
    public async Task Closed_Reason_MovesOncePerStream(CloseReason reason)
    {
        await using TestHub hub = CounterScenario.Open();
        MemorySink[] sinks = [hub.Subscribe("t"), hub.Subscribe("t")];
        foreach (MemorySink sink in sinks)
        {
            sink.Subscriber!.Close(reason);
            Assert.Equal(reason, await sink.Subscriber.Completion);
        }

        Assert.All(Enum.GetValues<CloseReason>(), one => Assert.Equal(one == reason ? 2 : 0, hub.Engine.Metrics.Closed(one)));
    }

    [Fact]
    public async Task Subscribes_EachOutcome_MovesOncePerAttempt()
    {
        await using var hub = new TestHub(new EngineOptions { Limits = { MaxConnections = 2, MaxPatterns = 1 } });
        HubMetrics metrics = hub.Engine.Metrics;
        List<MemorySink> sinks = [];
        Assert.Equal(SubscribeOutcome.Accepted, Try("{first}"));
        Assert.Equal(SubscribeOutcome.TooManyPatterns, Try("{second}/x"));
        hub.Options.Limits.MaxClientCost = 1;
        Assert.Equal(SubscribeOutcome.ClientTooCostly, Try("{third}/x"));
        hub.Options.Limits.MaxSubscriptionCost = 1;
        Assert.Equal(SubscribeOutcome.SubscriptionTooCostly, Try("{third}/x"));
        Assert.Equal(SubscribeOutcome.Accepted, Try("t"));
        Assert.Equal(SubscribeOutcome.TooManyConnections, Try("t"));
        foreach (MemorySink sink in sinks)
        {
            sink.Subscriber?.Close(CloseReason.ClientGone);
        }

        await hub.Engine.DrainAsync(CancellationToken.None);
        Assert.Equal(SubscribeOutcome.Draining, Try("t"));
        Assert.All(Enum.GetValues<SubscribeOutcome>(), outcome => Assert.Equal(outcome == SubscribeOutcome.Accepted ? 2 : 1, metrics.Subscribes(outcome)));
        SubscribeOutcome Try(string selector)
        {
            sinks.Add(new MemorySink());
            return hub.Engine.TrySubscribe(new SubscribeRequest { Selectors = [Selected(selector)], Client = "c" }, sinks[^1], out _);
        }
    }

    [Fact]
    public async Task Started_EachStart_MovesOncePerStream()
    {
        await using TestHub hub = CounterScenario.Open();
        string position = (await hub.PublishAsync("t", "x")).ToString();
        MemorySink[] sinks =
        [
            hub.Subscribe("t"),
            hub.Subscribe("t", since: Since.Earliest),
            hub.Subscribe("t", since: Since.At(hub.Clock.GetUtcNow())),
            hub.Subscribe("t", since: Since.Last(1)),
            hub.Subscribe("t", position),
            hub.Subscribe("t", "of another log"),
        ];
        await Task.WhenAll(sinks.Select(static sink => sink.UntilLiveAsync()));
        Assert.All(Enum.GetValues<StreamStart>(), start => Assert.Equal(1, hub.Engine.Metrics.Started(start)));
    }

    [Fact]
    public async Task Read_Histograms_HaveOneEntryPerBatchAndRead()
    {
        await using TestHub hub = CounterScenario.Open();
        await hub.PublishManyAsync("t", 6);
        await hub.PublishManyAsync("t", 1);
        await hub.Subscribe("t", since: Since.Earliest).UntilLiveAsync();
        HubMetrics metrics = hub.Engine.Metrics;
        Assert.Equal([(1, 1L), (3, 1L)], Filled(HubHistogram.BatchEvents));
        Assert.Equal([(3, 1L)], Filled(HubHistogram.CatchUpLag));
        Assert.Equal(2, metrics.Read(HubHistogram.BatchMicroseconds).Sum());
        IEnumerable<(int Bucket, long Count)> Filled(HubHistogram histogram) => metrics.Read(histogram).Index().Where(static one => one.Item > 0);
    }

    /// <summary>Streams in every state, renewals, queued requests, ids and keys of publishers: when they are gone, every gauge is at its start again.</summary>
    [Fact]
    public async Task Read_GaugesAfterEverythingEnded_AreAtTheirStart()
    {
        await using TestHub hub = CounterScenario.Open(new TopicPolicy { Selector = "t", MaxAge = TimeSpan.FromHours(1) });
        HubMetrics metrics = hub.Engine.Metrics;
        Dictionary<HubGauge, long> start = Enum.GetValues<HubGauge>().ToDictionary(static gauge => gauge, metrics.Read);
        Assert.All(start.Values, static value => Assert.Equal(0, value));

        MemorySink blocked = await CounterScenario.BlockAsync(hub);
        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TryAdmit(new SubscribeRequest { Selectors = [Selected("t")] }, new MemorySink(), out Subscriber? opening));
        var stuck = new MemorySink();
        stuck.Block();
        hub.Subscribe("{pattern}", since: Since.Earliest, sink: stuck);
        await hub.PublishAllAsync(new Event { Topic = "memory", Id = "its-own", Data = "x"u8.ToArray() });
        await hub.PublishAsync("t", "x", key: "k");
        await CounterScenario.UntilAsync(() => metrics.Streams(SubscriberState.Waiting) == 1 && metrics.Streams(SubscriberState.Live) == 1);
        Assert.Equal(1, metrics.Streams(SubscriberState.Opening));
        Assert.Equal(
            (3, 1, 1, 1, 2),
            (metrics.Read(HubGauge.OpenStreams), metrics.Read(HubGauge.Patterns), metrics.Read(HubGauge.PublisherIds), metrics.Read(HubGauge.IdempotencyKeys), metrics.Read(HubGauge.Topics)));

        hub.Engine.Abandon(opening!);
        foreach (MemorySink sink in new[] { blocked, stuck })
        {
            sink.Subscriber!.Close(CloseReason.ClientGone);
            await sink.Subscriber.Completion;
        }

        // The ids and keys go with newer events, the topics with time. The newest topic stays, so that its number is not assigned again.
        ((ManualClock)hub.Clock).Advance(TimeSpan.FromHours(2));
        await hub.PublishManyAsync("newest", CounterScenario.TailEvents + 1);
        await CounterScenario.UntilAsync(() => metrics.Read(HubGauge.PublisherIds) == 0);
        ((ManualClock)hub.Clock).Advance(TimeSpan.FromDays(8));
        await CounterScenario.UntilAsync(() => metrics.Read(HubGauge.Topics) <= 1, (ManualClock)hub.Clock);
        HubGauge[] kept = [HubGauge.HotTailEvents, HubGauge.HotTailBytes, HubGauge.Topics];
        await CounterScenario.UntilAsync(() => Enum.GetValues<HubGauge>().Except(kept).All(gauge => metrics.Read(gauge) == start[gauge]));
        Assert.All(Enum.GetValues<SubscriberState>(), state => Assert.Equal(0, metrics.Streams(state)));
        Assert.Equal(CounterScenario.TailEvents, metrics.Read(HubGauge.HotTailEvents));
    }

    private static Event To(string topic) => new() { Topic = topic, Data = "x"u8.ToArray() };

    private static Selector Selected(string text) => Selector.TryParse(text, out Selector? selector, out string? error) ? selector : throw new ArgumentException(error);

    private static async Task RejectAsync(TestHub hub, PublishOutcome outcome, params Event[] events) =>
        Assert.Equal(outcome, (await hub.Engine.PublishAsync([.. events.Select(static one => new Publication(one, null))])).Outcome);

    private static async Task RejectAfterCloseAsync()
    {
        HubMetrics metrics;
        HubEngine closed;
        await using (TestHub hub = CounterScenario.Open())
        {
            (closed, metrics) = (hub.Engine, hub.Engine.Metrics);
        }

        Assert.Equal(PublishOutcome.ShuttingDown, (await closed.PublishAsync([new Publication(To("t"), null)])).Outcome);
        Assert.Equal(1, metrics.Publishes(PublishOutcome.ShuttingDown));
    }

    /// <summary>Publishes to a log that can't grow, or whose sequencer fails. Returns the count of the outcome.</summary>
    private static async Task<long> PublishToFailingStorageAsync(PublishOutcome outcome)
    {
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        var options = new EngineOptions { DataDirectory = directory };
        EventLog log = EventLog.Open(options);
        var rejected = new SharedCounters<PublishOutcome>();
        var clock = new FaultyClock();
        if (outcome == PublishOutcome.DiskFull)
        {
            log.Database.Execute("PRAGMA max_page_count = 1");
        }

        long count;
        using (var loop = new CommitLoop(options, log, static () => { }, rejected, new BackgroundLoops(clock, NullLoggerFactory.Instance), clock, NullLogger.Instance))
        {
            clock.Failure = outcome == PublishOutcome.ShortOfMemory ? new InsufficientMemoryException() : clock.Failure;
            clock.FailsUtcNow = outcome is PublishOutcome.ShortOfMemory or PublishOutcome.Stopped;
            var request = new PublishRequest(options.Limits, rejected);
            Assert.Null(request.Add(new Event { Topic = "t", Data = Encoding.UTF8.GetBytes(new string('x', 500_000)) }));
            Assert.Equal(outcome, (await loop.PublishAsync(request)).Outcome);
            count = loop.Answered.Read(outcome) + rejected.Read(outcome);
            clock.FailsUtcNow = false;
        }

        Directory.Delete(directory, recursive: true);
        return count;
    }
}
