using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Metrics;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Tests.Log;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests;

/// <summary>What makes each counter of the hub move, over a real engine.</summary>
internal sealed class CounterScenario(Func<TestHub, Task<long>> run, TopicPolicy? policy = null)
{
    /// <summary>Maximum number of events in the hot tail of these hubs.</summary>
    public const int TailEvents = 1_024;

    private static readonly TopicPolicy OfThree = new() { Selector = "t", MaxCount = 3, MaxAge = TimeSpan.Zero };

    /// <summary>For each counter: the policy of topic "t", and what happens. The result is the number of events that the counter must show.</summary>
    public static readonly IReadOnlyDictionary<HubCounter, CounterScenario> All = new Dictionary<HubCounter, CounterScenario>
    {
        [HubCounter.CommittedBatches] = new(async hub =>
        {
            await hub.PublishAsync("t", "1");
            await hub.PublishAsync("t", "2");
            return 2;
        }),
        [HubCounter.CommittedEvents] = new(async hub => (await hub.PublishManyAsync("t", 3)).Count),
        [HubCounter.CommittedBytes] = new(async hub =>
        {
            await hub.PublishAsync("t", "12");
            await hub.PublishAsync("t", "345");
            return 5;
        }),
        [HubCounter.RepeatedEvents] = new(async hub =>
        {
            for (int i = 0; i < 3; i++)
            {
                await hub.PublishAsync("t", "x", key: "k");
            }

            return 2;
        }),
        [HubCounter.EvictedEvents] = new(async hub =>
        {
            await hub.PublishManyAsync("t", TailEvents + 476);
            await UntilAsync(() => hub.Engine.Metrics.Read(HubGauge.HotTailEvents) == TailEvents);
            return 476;
        }),
        [HubCounter.RemovedEvents] = new(hub => ExceedCountAsync(hub), OfThree),
        [HubCounter.RemovedBytes] = new(hub => ExceedCountAsync(hub, bytes: 10), OfThree),
        [HubCounter.ForgottenTopics] = new(
            async hub =>
            {
                await hub.PublishAsync("t", "x");
                await hub.PublishAsync("newest", "x");
                await UntilAsync(() => hub.Engine.Metrics.Read(HubGauge.Topics) == 1, (ManualClock)hub.Clock);
                return 1;
            },
            new TopicPolicy { Selector = "t", MaxAge = TimeSpan.FromHours(1) }),
        [HubCounter.RetentionVisits] = new(
            async hub =>
            {
                await ExceedCountAsync(hub);
                return 1;
            },
            OfThree),
        [HubCounter.ReturnedBytes] = new(
            async hub =>
            {
                long before = await FreePagesTests.BurstAsync(hub, 100);
                await FreePagesTests.ReturnAsync(hub);

                // The threads of the first engine, which has counted, have ended.
                await hub.RestartAsync();
                return (before - FreePagesTests.PagesOf(hub).All) * Database.PageBytes;
            },
            new TopicPolicy { Selector = "t", MaxAge = TimeSpan.FromHours(1) }),
        [HubCounter.RoutedEvents] = new(async hub =>
        {
            await DeliverAsync(hub, streams: 2, events: 3);
            return 3;
        }),
        [HubCounter.Rounds] = new(async hub =>
        {
            await DeliverAsync(hub, streams: 2, events: 1);
            return 1;
        }),
        [HubCounter.DeliveredEvents] = new(async hub =>
        {
            await DeliverAsync(hub, streams: 2, events: 3);
            return 6;
        }),
        [HubCounter.DeliveredBytes] = new(async hub =>
        {
            MemorySink sink = hub.Subscribe("t");
            long before = sink.ChunkBytes;
            await hub.PublishAsync("t", "1");
            await sink.NextAsync();
            return sink.ChunkBytes - before;
        }),
        [HubCounter.Writes] = new(async hub =>
        {
            await DeliverAsync(hub, streams: 2, events: 1);
            return 2;
        }),
        [HubCounter.BlockedWrites] = new(async hub =>
        {
            await BlockAsync(hub);
            return 1;
        }),
        [HubCounter.TailPages] = new(async hub =>
        {
            await MissAsync(hub, 2);
            return 1;
        }),
        [HubCounter.LogPages] = new(async hub =>
        {
            await hub.PublishManyAsync("t", 3);
            Assert.Equal(["0", "1", "2"], await hub.Subscribe("t", since: Since.Earliest).TakeDataAsync(3));
            return 1;
        }),
        [HubCounter.RemovalGaps] = new(ResumeBeforeRemovedAsync, OfThree),
        [HubCounter.ResumesWithGap] = new(ResumeBeforeRemovedAsync, OfThree),
        [HubCounter.SkipGaps] = new(
            async hub =>
            {
                await MissAsync(hub, 1);
                return 1;
            },
            new TopicPolicy { Selector = "t", SlowConsumer = SlowConsumer.Skip }),
        [HubCounter.DamageGaps] = new(ReadDamagedAsync),
        [HubCounter.DamagedRanges] = new(ReadDamagedAsync),
        [HubCounter.ClockJumps] = new(async hub =>
        {
            ((ManualClock)hub.Clock).Jump(TimeSpan.FromHours(1));
            await hub.PublishAsync("t", "1");
            return 1;
        }),
        [HubCounter.Heartbeats] = new(async hub =>
        {
            MemorySink sink = hub.Subscribe("t");
            int greeting = sink.Flushes;
            await UntilAsync(() => sink.Flushes > greeting + 1);
            sink.Subscriber!.Close(CloseReason.ClientGone);
            await sink.Ended.Task;
            return sink.Flushes - greeting;
        })
        {
            Heartbeat = TimeSpan.FromMilliseconds(100),
        },
        [HubCounter.Renewals] = new(async hub =>
        {
            MemorySink sink = hub.Subscribe("t");
            Assert.True(sink.Subscriber!.TryRenew(new StreamIdentity { Connection = "c" }));
            Assert.True(sink.Subscriber!.TryRenew(new StreamIdentity { Connection = "c" }));
            await UntilAsync(() => hub.Engine.Metrics.Read(HubGauge.PendingRenewals) == 0);
            return 2;
        }),
    };

    /// <summary>What happens; returns the number of events that the counter must show.</summary>
    public Func<TestHub, Task<long>> Run => run;

    /// <summary>Policy of topic "t".</summary>
    public TopicPolicy? Policy => policy;

    /// <summary>Interval between heartbeats; null for the default.</summary>
    public TimeSpan? Heartbeat { get; init; }

    public static TestHub Open(TopicPolicy? policy = null, TimeSpan? heartbeat = null)
    {
        var options = new EngineOptions
        {
            Shards = 1,
            CatchUpReaders = 1,
            DrainWindow = TimeSpan.Zero,
            RetentionInterval = TimeSpan.FromSeconds(1),
            Limits = { HotTailEvents = TailEvents, MaxRequestEvents = 2 * TailEvents },
            Policies = [policy ?? new TopicPolicy { Selector = "t" }, new TopicPolicy { Selector = "memory", Durability = Durability.Memory }],
        };
        options.Heartbeat = heartbeat ?? options.Heartbeat;
        return new TestHub(options, new ManualClock());
    }

    /// <summary>A live stream that accepted one event and is full.</summary>
    public static async Task<MemorySink> BlockAsync(TestHub hub)
    {
        MemorySink sink = hub.Subscribe("t");
        sink.Block();
        await hub.PublishAsync("t", "1");
        await sink.Refused.Task;
        return sink;
    }

    /// <summary>A live stream that misses events, and receives what its policy allows afterwards.</summary>
    private static async Task MissAsync(TestHub hub, int events)
    {
        MemorySink sink = await BlockAsync(hub);
        await sink.NextAsync();
        await hub.PublishManyAsync("t", events);
        await UntilAsync(() => hub.Engine.Metrics.Read(HubCounter.RoutedEvents) == events + 1);
        sink.Open();
        await sink.NextAsync();
    }

    private static async Task DeliverAsync(TestHub hub, int streams, int events)
    {
        var sinks = new List<MemorySink>();
        while (sinks.Count < streams)
        {
            sinks.Add(hub.Subscribe("t"));
        }

        await hub.PublishManyAsync("t", events);
        foreach (MemorySink sink in sinks)
        {
            await sink.TakeDataAsync(events);
        }
    }

    private static async Task<long> ExceedCountAsync(TestHub hub, int bytes = 1)
    {
        await hub.PublishManyAsync("t", 10, _ => new string('x', bytes));
        await UntilAsync(() => hub.Engine.Topics(null, null, 1).Topics[0].Count == 3, (ManualClock)hub.Clock);
        return 7 * bytes;
    }

    private static async Task<long> ResumeBeforeRemovedAsync(TestHub hub)
    {
        Position first = await hub.PublishAsync("t", "first");
        await hub.PublishManyAsync("t", 9);
        await UntilAsync(() => hub.Engine.Topics(null, null, 1).Topics[0].Count == 3, (ManualClock)hub.Clock);
        Assert.Equal("longwave.gap", (await hub.Subscribe("t", first.ToString()).NextAsync()).Type);
        return 1;
    }

    /// <summary>Damages an event that the hot tail no longer has, and reads it.</summary>
    private static async Task<long> ReadDamagedAsync(TestHub hub)
    {
        await hub.PublishManyAsync("t", TailEvents + 476);
        await UntilAsync(() => hub.Engine.Metrics.Read(HubGauge.HotTailEvents) == TailEvents);
        using (Database database = Database.OpenWriter(Path.Combine(hub.Directory, "longwave.db")))
        {
            database.Execute("UPDATE events SET data = x'00' WHERE offset = 1");
        }

        Assert.Equal("longwave.gap", (await hub.Subscribe("t", since: Since.Earliest).NextAsync()).Type);
        return 1;
    }

    public static async Task UntilAsync(Func<bool> isSo, ManualClock? clock = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            clock?.Advance(TimeSpan.FromMinutes(10));
            await Task.Yield();
        }
    }
}
