using System.Reflection;
using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests;

/// <summary>Every limit of the hub is in one of two tables. What the hub keeps stays within its limit, and falls again.</summary>
public sealed class LimitTableTests
{
    private const int Limit = 20;
    private const int TailEvents = 1_024;
    private const int TailBytes = 64 * 1024;

    /// <summary>Limits of one request, transaction, page or turn: what they limit ends with it.</summary>
    private static readonly string[] PerOperation =
    [
        nameof(HubLimits.MaxEventBytes),
        nameof(HubLimits.MaxRequestBytes),
        nameof(HubLimits.MaxRequestEvents),
        nameof(HubLimits.MaxCommitEvents),
        nameof(HubLimits.MaxCommitBytes),
        nameof(HubLimits.MaxSelectorsPerSubscription),
        nameof(HubLimits.MaxTypesPerSubscription),
        nameof(HubLimits.MaxInlinePatterns),
        nameof(HubLimits.MaxSubscriptionCost),
        nameof(HubLimits.MaxPollEvents),
        nameof(HubLimits.MaxPollWaitSeconds),
        nameof(HubLimits.MaxWriteBytes),
        nameof(HubLimits.CatchUpPageEvents),
        nameof(HubLimits.CatchUpTopics),
        nameof(HubLimits.MaxLastEvents),
        nameof(HubLimits.ConflationPassEvents),
        nameof(HubLimits.JoinScanEvents),
        nameof(HubLimits.ShardTurnEvents),
        nameof(HubLimits.ShardTurnRoutes),
    ];

    private readonly Dictionary<string, Kept> _counts;
    private readonly List<Subscriber> _opened = [];

    public LimitTableTests() => _counts = Counts();

    public static TheoryData<string> Names => [.. new LimitTableTests()._counts.Keys];

    [Fact]
    public void Tables_AllLimits_AreListedOnce() =>
        Assert.Equal(
            typeof(HubLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(static limit => limit.Name).Order(),
            PerOperation.Concat(_counts.Keys).Order());

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Limit_ReachedAndLeft_TheCountFallsAgain(string name)
    {
        Kept kept = _counts[name];
        PropertyInfo limit = typeof(HubLimits).GetProperty(name)!;
        EngineOptions options = HubEngineTests.Small();
        options.RetentionInterval = TimeSpan.FromMilliseconds(10);
        options.Policies = [new TopicPolicy { Selector = "{+all}", MaxAge = TimeSpan.FromMinutes(1) }];
        options.Limits.MaxCommitEvents = 1;
        limit.SetValue(options.Limits, Convert.ChangeType(kept.Limit, limit.PropertyType, null));
        await using var hub = new TestHub(options, new ManualClock());
        for (int round = 0; round < 2; round++)
        {
            await kept.Fill(hub);
            await UntilAsync(() => hub.Engine.Metrics.Read(kept.Gauge) <= kept.Limit);
            await kept.Empty(hub);
            await UntilAsync(() => hub.Engine.Metrics.Read(kept.Gauge) <= kept.Floor);
        }
    }

    /// <summary>Limits of what the hub keeps: the gauge, its limit in the test, what fills it, what empties it, and the value to which it falls.</summary>
    private Dictionary<string, Kept> Counts() => new()
    {
        [nameof(HubLimits.MaxQueuedRequests)] = new(HubGauge.QueuedRequests, Limit, static hub => FillQueueAsync(hub), Nothing),
        [nameof(HubLimits.MaxQueuedBytes)] = new(HubGauge.QueuedBytes, 1_024, static hub => FillQueueAsync(hub), Nothing),

        // The hot tail stays full; the oldest events make room.
        [nameof(HubLimits.HotTailEvents)] = new(HubGauge.HotTailEvents, TailEvents, static hub => hub.PublishManyAsync("t", TailEvents + 500), Nothing, TailEvents),
        [nameof(HubLimits.HotTailBytes)] = new(
            HubGauge.HotTailBytes, TailBytes, static hub => hub.PublishManyAsync("t", 200, static _ => new string('x', 1_000)), Nothing, TailBytes),
        [nameof(HubLimits.MaxTopics)] = new(HubGauge.Topics, Limit, FillTopicsAsync, ForgetTopicsAsync, 1),
        [nameof(HubLimits.MaxIdempotencyKeys)] = new(HubGauge.IdempotencyKeys, Limit, FillKeysAsync, ExpireKeysAsync),
        [nameof(HubLimits.MaxConnections)] = new(HubGauge.OpenStreams, Limit, hub => FillStreamsAsync(hub, "t", SubscribeOutcome.TooManyConnections), CloseStreamsAsync),
        [nameof(HubLimits.MaxPatterns)] = new(HubGauge.Patterns, 5, hub => FillStreamsAsync(hub, "{x}/", SubscribeOutcome.TooManyPatterns), CloseStreamsAsync),
        [nameof(HubLimits.MaxPatternCost)] = new(HubGauge.PatternCost, 2_000, hub => FillStreamsAsync(hub, "{x}/", SubscribeOutcome.TooManyPatterns), CloseStreamsAsync),
        [nameof(HubLimits.MaxClientCost)] = new(HubGauge.PatternCost, 2_000, hub => FillStreamsAsync(hub, "{x}/", SubscribeOutcome.ClientTooCostly), CloseStreamsAsync),
    };

    private static Task Nothing(TestHub hub) => Task.CompletedTask;

    private static async Task FillQueueAsync(TestHub hub)
    {
        Publication[] request = [new(new Event { Topic = "t", Data = Encoding.UTF8.GetBytes(new string('x', 100)) }, null)];
        PublishResult[] results = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => hub.Engine.PublishAsync(request).AsTask()));
        Assert.Contains(results, static result => result.Outcome == PublishOutcome.QueueFull);
        Assert.Contains(results, static result => result.Outcome == PublishOutcome.Accepted);
    }

    private static async Task FillTopicsAsync(TestHub hub)
    {
        PublishOutcome last = PublishOutcome.Accepted;
        for (int i = 0; last == PublishOutcome.Accepted; i++)
        {
            Assert.InRange(i, 0, Limit);
            last = (await hub.Engine.PublishAsync([new Publication(new Event { Topic = $"{Guid.NewGuid()}" }, null)])).Outcome;
        }

        Assert.Equal(PublishOutcome.TooManyTopics, last);
    }

    private static Task ForgetTopicsAsync(TestHub hub)
    {
        ((ManualClock)hub.Clock).Advance(TimeSpan.FromMinutes(2));
        return UntilAsync(() => hub.Engine.Metrics.Read(HubGauge.Topics) <= 1, (ManualClock)hub.Clock);
    }

    private static async Task FillKeysAsync(TestHub hub)
    {
        for (int i = 0; i < 2 * Limit; i++)
        {
            await hub.PublishAsync("t", "x", key: $"{Guid.NewGuid()}");
        }
    }

    private static Task ExpireKeysAsync(TestHub hub)
    {
        ((ManualClock)hub.Clock).Advance(TimeSpan.FromMinutes(11));
        return hub.PublishAsync("t", "x");
    }

    private Task FillStreamsAsync(TestHub hub, string prefix, SubscribeOutcome expected)
    {
        for (int i = 0; ; i++)
        {
            Assert.InRange(i, 0, Limit);
            Assert.True(Selector.TryParse($"{prefix}{i}", out Selector? selector, out _));
            SubscribeOutcome outcome = hub.Engine.TrySubscribe(new SubscribeRequest { Selectors = [selector], Client = this }, new MemorySink(), out Subscriber? subscriber);
            if (outcome != SubscribeOutcome.Accepted)
            {
                Assert.Equal(expected, outcome);
                return Task.CompletedTask;
            }

            _opened.Add(subscriber!);
        }
    }

    private async Task CloseStreamsAsync(TestHub hub)
    {
        _opened.ForEach(static subscriber => subscriber.Close(CloseReason.ClientGone));
        await Task.WhenAll(_opened.Select(static subscriber => subscriber.Completion)).WaitAsync(TimeSpan.FromSeconds(30));
        _opened.Clear();
    }

    private static async Task UntilAsync(Func<bool> isSo, ManualClock? clock = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            clock?.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    }

    private sealed record Kept(HubGauge Gauge, long Limit, Func<TestHub, Task> Fill, Func<TestHub, Task> Empty, long Floor = 0);
}
