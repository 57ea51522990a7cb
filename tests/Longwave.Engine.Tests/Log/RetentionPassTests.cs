using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Tests.Log;

/// <summary>Passes of retention over a log whose writer thread is the test's own, with times of its choice.</summary>
public sealed class RetentionPassTests : IDisposable
{
    private const int TailEvents = 64;
    private const long AgeMs = 60_000;

    private static readonly TimeSpan Age = TimeSpan.FromMilliseconds(AgeMs);

    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;
    private readonly HubLimits _limits = new() { HotTailEvents = TailEvents, MaxIdempotencyKeys = 1 };
    private readonly SharedCounters<PublishOutcome> _rejected = new();
    private int _keys;
    private EventLog _log = null!;
    private Sequencer _sequencer = null!;
    private Appender _appender = null!;
    private RetentionPass _pass = null!;

    public void Dispose()
    {
        _log?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void RunSlice_IdleTopics_AreNotVisited()
    {
        const int Topics = 2_000;
        Open(new TopicPolicy { Selector = "*", MaxAge = Age, MaxCount = 5, MaxBytes = 1_000 });
        for (int i = 0; i < Topics; i++)
        {
            Sequence(1_000 + i, $"t{i}");
        }

        Commit();
        for (int pass = 0; pass < 10; pass++)
        {
            Run(1_000 + Topics + (pass * 5_000));
        }

        Assert.Equal((0, Topics), (_log.Counters.Read(HubCounter.RetentionVisits), _log.Topics.Count));

        // The events of the first 100 topics are older than the maximum age, no others.
        Run(1_000 + AgeMs + 100);
        Assert.Equal(100, _log.Counters.Read(HubCounter.RemovedEvents));
        Assert.InRange(_log.Counters.Read(HubCounter.RetentionVisits), 100, 300);
        Assert.Equal(Topics - 100, _log.Topics.Count);
    }

    /// <summary>Topics that are empty and kept only because of their age, also after a restart, cost nothing until they are due.</summary>
    [Fact]
    public void RunSlice_EmptyTopicsAfterARestart_AreForgottenWhenTheirAgeHasPassed()
    {
        TopicPolicy policy = new() { Selector = "*", MaxAge = Age, Durability = Durability.Memory };
        Open(policy);
        for (int i = 0; i < 100; i++)
        {
            Publish(1_000, $"t{i}");
        }

        _appender.Close();
        _log.Dispose();
        Open(policy);
        Run(2_000);
        long visits = _log.Counters.Read(HubCounter.RetentionVisits);
        Run(7_000);
        Run(61_999);
        Assert.Equal((visits, 100), (_log.Counters.Read(HubCounter.RetentionVisits), _log.Topics.Count));

        // The newest stays until there is a newer one.
        Run(62_000);
        Assert.Equal(1, _log.Topics.Count);
        Publish(63_000, "newer");
        Run(64_000);
        Assert.Equal("newer", Assert.Single(_log.Topics.All).Name);
    }

    [Fact]
    public void RunSlice_TopicOfARejectedPublish_IsForgotten()
    {
        Open();
        _log.Retention.Add(_log.Topics.Add("never used"));
        Run(1);
        Assert.Equal(0, _log.Topics.Count);
    }

    /// <summary>Publishers exceed the size of a topic and forget keys during the pass: the pass ends, and the next one removes what they added.</summary>
    [Theory]
    [InlineData(Durability.Log)]
    [InlineData(Durability.Memory)]
    public void RunSlice_PublishersContinue_ThePassEnds(Durability durability)
    {
        Open(new TopicPolicy { Selector = "*", MaxCount = 1, MaxAge = TimeSpan.Zero, Durability = durability });
        for (int pass = 0; pass < 3; pass++)
        {
            Publish(1, "t");
            Publish(1, "t");
            _log.Writer.Index(int.MaxValue);
            _pass.Start(new RetentionTime(1));
            for (int slices = 0; _pass.IsRunning; slices++)
            {
                Assert.InRange(slices, 0, 10);
                _pass.RunSlice();
                Publish(1, "t");
                _log.Writer.Index(int.MaxValue);
            }
        }

        Assert.Equal(3, _log.Counters.Read(HubCounter.RetentionVisits));
        Run(1);
        Assert.Equal(1, Topic("t").Count);
    }

    /// <summary>A failure between two passes, here of storage, loses no topic from the schedule.</summary>
    [Fact]
    public void RunSlice_StorageFails_TheNextPassRemoves()
    {
        Open(new TopicPolicy { Selector = "*", MaxCount = 1 });
        Publish(1, "t");
        Publish(2, "t");
        _log.Writer.Index(int.MaxValue);
        _log.Database.Execute("PRAGMA query_only = 1");
        Assert.Throws<StorageException>(() => Run(3));
        _pass.Stop();
        Assert.Equal(2, Topic("t").Count);
        _log.Database.Execute("PRAGMA query_only = 0");
        Run(4);
        Assert.Equal((1, 2), (Topic("t").Count, Topic("t").First));
    }

    /// <summary>After each pass every topic has what a simple model of the policies keeps, for both durabilities.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void RunSlice_RandomEventsAndTimes_KeepsWhatTheModelKeeps(int seed)
    {
        var random = new Random(seed);
        TopicPolicy[] policies = Policies();
        Open(policies);
        var model = policies.ToDictionary(static policy => policy.Selector, static _ => new List<(long Offset, long Time, int Bytes)>());
        long now = 1_000;
        for (int step = 0; step < 600; step++)
        {
            now += random.Next(10) == 0 ? random.Next(20_000) : random.Next(50);
            string topic = policies[random.Next(policies.Length)].Selector;
            int bytes = random.Next(1, 60);
            model[topic].Add((Publish(now, topic, bytes: bytes), now, bytes));
            Evict(model);
            if (random.Next(8) == 0)
            {
                Run(now);
                foreach (TopicPolicy policy in policies)
                {
                    Trim(model[policy.Selector], policy, now);
                    AssertKept(policy.Selector, model[policy.Selector]);
                }
            }
        }

        // When all events are too old, the log forgets the topics.
        Run(now + (10 * AgeMs));
        Run(now + (20 * AgeMs));
        Assert.Equal(policies.Where(static policy => policy.MaxAge == TimeSpan.Zero).Select(static policy => policy.Selector).Order(),
            _log.Topics.All.Where(static topic => topic.Count > 0).Select(static topic => topic.Name).Order());
        Assert.InRange(_log.Topics.Count, 2, 3);
    }

    /// <summary>
    /// With events of several topics and both durabilities, the figures of each topic are those of the events that a reader finds, and no topic exceeds
    /// its policy.
    /// </summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void RunSlice_EventsOfSeveralTopics_FiguresAreThoseOfTheEvents(int seed)
    {
        var random = new Random(seed);
        TopicPolicy[] policies = Policies();
        Open(policies);
        long now = 1_000;
        for (int step = 0; step < 500; step++)
        {
            now += random.Next(10) == 0 ? random.Next(20_000) : random.Next(50);
            string[] topics = [.. policies.Select(static policy => policy.Selector).OrderBy(_ => random.Next()).Take(random.Next(1, 4))];
            Publish(now, topics[0], topics[1..], random.Next(1, 60));
            if (random.Next(8) == 0)
            {
                Run(now);
                Assert.All(_log.Topics.All, topic => AssertIsConsistent(topic, now));
            }
        }
    }

    private static TopicPolicy[] Policies() =>
    [
        .. new[] { Durability.Log, Durability.Memory }.SelectMany(static durability => new[]
        {
            new TopicPolicy { Selector = $"{durability}/age", Durability = durability, MaxAge = Age },
            new TopicPolicy { Selector = $"{durability}/short", Durability = durability, MaxAge = Age / 10 },
            new TopicPolicy { Selector = $"{durability}/count", Durability = durability, MaxAge = TimeSpan.Zero, MaxCount = 3 },
            new TopicPolicy { Selector = $"{durability}/bytes", Durability = durability, MaxAge = Age, MaxBytes = 100 },
            new TopicPolicy { Selector = $"{durability}/all", Durability = durability, MaxAge = Age, MaxBytes = 200, MaxCount = 8 },
        }),
    ];

    private static void Trim(List<(long Offset, long Time, int Bytes)> kept, TopicPolicy policy, long now)
    {
        while (kept.Count > 0
            && ((policy.MaxAge > TimeSpan.Zero && kept[0].Time < now - policy.MaxAge.TotalMilliseconds)
                || (policy.MaxCount > 0 && kept.Count > policy.MaxCount)
                || (policy.MaxBytes > 0 && kept.Count > 1 && kept.Sum(static one => one.Bytes) > policy.MaxBytes)))
        {
            kept.RemoveAt(0);
        }
    }

    /// <summary>What only the hot tail has is lost when newer events need the room.</summary>
    private void Evict(Dictionary<string, List<(long Offset, long Time, int Bytes)>> model)
    {
        foreach (List<(long Offset, long Time, int Bytes)> kept in model.Where(static pair => pair.Key.StartsWith("Memory", StringComparison.Ordinal)).Select(static pair => pair.Value))
        {
            kept.RemoveAll(one => one.Offset <= _log.Tail.Base);
        }
    }

    private void AssertKept(string name, List<(long Offset, long Time, int Bytes)> kept)
    {
        _log.Topics.TryGet(name, out Topic? topic);
        Assert.Equal((name, kept.Count, kept.Sum(static one => one.Bytes)), (name, topic?.Count ?? 0, topic?.Bytes ?? 0));
        if (kept.Count > 0)
        {
            Assert.True(topic!.Keeps(kept[0].Offset), $"{name} keeps {kept[0].Offset}.");
        }
    }

    private void AssertIsConsistent(Topic topic, long now)
    {
        var found = new SortedDictionary<long, long>();
        using (Statement stored = _log.Database.Prepare("SELECT t.offset, length(e.data) FROM topic_events t JOIN events e ON e.offset = t.offset WHERE t.topic = ?1"))
        {
            using Statement.Rows rows = stored.Bind(1, topic.Id).Query();
            while (rows.Next())
            {
                found.Add(stored.Int64(0), stored.Int64(1));
            }
        }

        for (long sequence = _log.Tail.First; sequence < _log.Tail.End; sequence++)
        {
            LoggedEvent one = _log.Tail[sequence]!;
            if (!one.IsStored && (one.Topic == topic || one.Alternates.Contains(topic)) && topic.Keeps(one.Offset) && one.Topic.Keeps(one.Offset))
            {
                found.Add(one.Offset, one.Event.Data.Length);
            }
        }

        Assert.Equal((found.Count, found.Values.Sum()), (topic.Count, topic.Bytes));
        Assert.False(topic.IsOversized());
        if (found.Count > 0)
        {
            Assert.InRange(topic.First, 1, found.Keys.First());
            Assert.True(topic.Policy.MaxAge == TimeSpan.Zero || found.Keys.First() > (_log.Tail.NewestBefore(now - (long)topic.Policy.MaxAge.TotalMilliseconds) ?? 0));
        }
    }

    private void Open(params TopicPolicy[] policies)
    {
        _log = EventLog.Open(new EngineOptions { DataDirectory = _directory, Limits = _limits, Policies = policies });
        _sequencer = new Sequencer(_log.Epoch, _log.Topics, _log.Keys, _log.Tip, _log.LastTimeUnixMs);
        _appender = new Appender(_log);
        _log.Database.Execute("PRAGMA synchronous = OFF");
        _pass = new RetentionPass(_log);
    }

    private Topic Topic(string name) => _log.Topics.TryGet(name, out Topic? topic) ? topic : throw new ArgumentException(name);

    private long Publish(long timeUnixMs, string topic, string[]? alternates = null, int bytes = 1)
    {
        Sequence(timeUnixMs, topic, alternates, bytes);
        Commit();
        return _log.Tip;
    }

    private void Sequence(long timeUnixMs, string topic, string[]? alternates = null, int bytes = 1)
    {
        var request = new PublishRequest(_limits, _rejected);
        var published = new Event { Topic = topic, Alternates = alternates ?? [], Data = new byte[bytes].Select(static _ => (byte)'x').ToArray() };
        Assert.Null(request.Add(published, IdempotencyKey.FromHeader(null, topic, $"{_keys++}", 0)));
        _sequencer.Sequence(request, timeUnixMs);
    }

    private void Commit()
    {
        _appender.Append(_sequencer.Batch);
        _log.Publish(_sequencer.Batch.Entries);
        _sequencer.Committed();
        _log.EvictTail();
    }

    /// <summary>A whole pass, as the writer thread runs it.</summary>
    private void Run(long nowUnixMs)
    {
        _log.Indexer.Want();
        while (_log.Indexer.IsDue)
        {
            _log.Writer.Index(TopicIndexer.SliceEntries);
        }

        _pass.Start(new RetentionTime(nowUnixMs));
        for (int slices = 0; _pass.IsRunning; slices++)
        {
            Assert.True(slices < 10_000, "The pass does not end.");
            _pass.RunSlice();
        }
    }
}
