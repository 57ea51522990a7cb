using System.Text;
using Longwave.Engine.Access;
using Longwave.Engine.CatchUp;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Tests.Fanout;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.CatchUp;

public sealed class BacklogReaderTests : IDisposable
{
    private static readonly string[] Names = ["a/0", "a/1", "b/0", "b/1"];

    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;
    private readonly EventLog _log;
    private readonly LogReader _storage;
    private readonly HubLimits _limits = new();

    public BacklogReaderTests()
    {
        _log = EventLog.Open(new EngineOptions { DataDirectory = _directory });
        _storage = _log.OpenReader();
    }

    public void Dispose()
    {
        _storage.Dispose();
        _log.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>
    /// Whether an event is still wanted does not depend on where it is read from: the hot tail or storage, topics found by name or by number.
    /// That includes events that retention has removed and that tail or storage still hold.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Decide_TailAndStorage_Agree(int seed)
    {
        var random = new Random(seed);
        Publish(300, random);
        foreach (string name in Names)
        {
            Remove(name, random.Next(200));
        }

        var filter = new BacklogFilter();
        int[] verdicts = new int[Enum.GetValues<Verdict>().Length];
        for (int trial = 0; trial < 100; trial++)
        {
            Subscriber subscriber = SubscriberOf(random);
            var topics = new TopicMatches(subscriber.Filter, _log.Topics, most: random.Next(2) == 0 ? 1 : Names.Length);
            topics.Refresh();
            bool isReduced = random.Next(2) == 0;
            subscriber.Backlog.IsSlow = random.Next(2) == 0;
            var stored = new Dictionary<long, Verdict>();
            filter.Begin(subscriber, subscriber.Access, topics, isReduced);
            _storage.ReadPage(All(), Judge, 0, _log.Tip, int.MaxValue);
            Assert.Equal(300, stored.Count);
            for (long sequence = _log.Tail.First; sequence < _log.Tail.End; sequence++)
            {
                LoggedEvent found = _log.Tail[sequence]!;
                Verdict expected = stored[found.Offset];
                verdicts[(int)expected]++;
                Assert.Equal(expected, filter.Decide(found));
            }

            filter.Begin(subscriber, subscriber.Access, topics: null, isReduced);
            for (long sequence = _log.Tail.First; sequence < _log.Tail.End; sequence++)
            {
                Assert.Equal(stored[_log.Tail[sequence]!.Offset], filter.Decide(_log.Tail[sequence]!));
            }

            PageStep Judge(in StoredEvent found)
            {
                stored.Add(found.Offset, filter.Decide(in found));
                return PageStep.Taken;
            }
        }

        // Each outcome was met: a table of one kind only would agree with itself.
        Assert.All([Verdict.NotWanted, Verdict.Removed, Verdict.Sent, Verdict.SentIfNewest], verdict => Assert.NotEqual(0, verdicts[(int)verdict]));
    }

    /// <summary>A survey only records events. A failed survey does not affect the next subscriber, whose events are sent.</summary>
    [Fact]
    public void ReadLog_LastSurveyFailed_SendsTheEvents()
    {
        Publish(10, new Random(1));
        EvictAll();
        BacklogReader reader = BacklogReader.OfLog(_log, _limits, _storage, new Counters<HubCounter>());
        Subscriber failing = Lent(out RecordingSink none, static request => request with { Conflate = true });
        failing.ReduceBacklog(_log.Tip);
        _log.Database.Execute("ALTER TABLE events RENAME TO gone");
        Assert.Throws<StorageException>(() => reader.ReadLog(failing));
        _log.Database.Execute("ALTER TABLE gone RENAME TO events");
        Assert.Empty(none.Events);

        Subscriber next = Lent(out RecordingSink sink);
        reader.ReadLog(next);
        Assert.Equal(Enumerable.Range(1, 10).Select(static i => (long)i), sink.Events);
    }

    /// <summary>A pattern of more topics than a reader searches for: it reads every event, keeps no list, and sends what matches.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadLog_PatternMatchesMoreTopicsThanTheLimit_KeepsNoListAndSendsTheMatchingEvents(bool isTail)
    {
        Publish(40, new Random(1));
        long[] expected = [.. OffsetsOf("a/0", "a/1")];
        if (!isTail)
        {
            EvictAll();
        }

        BacklogReader reader = BacklogReader.OfLog(_log, new HubLimits { CatchUpTopics = 1 }, _storage, new Counters<HubCounter>());
        Subscriber subscriber = Lent(out RecordingSink sink, static request => request with { Selectors = [SelectorOf("a/{n}")] });
        reader.ReadLog(subscriber);
        Assert.Null(subscriber.Backlog.Topics!.Found);
        Assert.NotInRange(expected.Length, 0, 10);
        Assert.Equal(expected, sink.Events);
        Assert.Empty(sink.Controls);
    }

    /// <summary>One large event of the hot tail is passed on as it is in memory; several are copied behind one another.</summary>
    [Fact]
    public void ReadLog_OneEventOfTheTail_IsShared()
    {
        Publish(1, new Random(1));
        BacklogReader reader = BacklogReader.OfLog(_log, _limits, _storage, new Counters<HubCounter>());
        reader.ReadLog(Lent(out RecordingSink one));
        Publish(1, new Random(2));
        reader.ReadLog(Lent(out RecordingSink two));
        Assert.Equal((true, false), (one.WasShared, two.WasShared));
        Assert.Equal([1, 2], two.Events);
    }

    private static Selector SelectorOf(string text) => Selector.TryParse(text, out Selector? selector, out string? error) ? selector : throw new ArgumentException(error);

    private TopicMatches All()
    {
        var all = new TopicMatches(new TopicFilter([Selector.Any]), _log.Topics, most: 1);
        all.Refresh();
        return all;
    }

    /// <summary>Events in storage and in the hot tail: of one or two topics, some with a type, some private.</summary>
    private void Publish(int count, Random random)
    {
        var batch = new AppendBatch();
        for (int i = 0; i < count; i++)
        {
            string name = Names[random.Next(Names.Length)];
            string[] others = random.Next(3) == 0 ? [.. Names.Where(other => other != name).Take(1)] : [];
            var published = new Event
            {
                Topic = name,
                Alternates = others,
                Type = random.Next(2) == 0 ? null : "typed",
                Key = $"{random.Next(3)}",
                IsPrivate = random.Next(4) == 0,
                Data = Encoding.UTF8.GetBytes($"{i}"),
            };
            batch.Entries.Add(new AppendEntry(
                new LoggedEvent(published, TopicOf(name), [.. others.Select(TopicOf)], new Position(_log.Epoch, _log.Tip + i + 1), 0), null));
        }

        new Appender(_log).Append(batch);
        _log.Publish(batch.Entries);
        _log.Writer.Index(int.MaxValue);
    }

    /// <summary>Retention announces a removal before it deletes: tail and storage still have the events.</summary>
    private void Remove(string name, long through)
    {
        Topic topic = TopicOf(name);
        topic.Trimming(through);
        topic.Removed(1, 1, through + 1);
    }

    private IEnumerable<long> OffsetsOf(params string[] names)
    {
        for (long sequence = _log.Tail.First; sequence < _log.Tail.End; sequence++)
        {
            LoggedEvent found = _log.Tail[sequence]!;
            if (names.Contains(found.Topic.Name) || found.Alternates.Any(alternate => names.Contains(alternate.Name)))
            {
                yield return found.Offset;
            }
        }
    }

    private void EvictAll()
    {
        while (_log.Tail.First < _log.Tail.End)
        {
            _log.Tail.Evict();
        }
    }

    private Topic TopicOf(string name) => _log.Topics.TryGet(name, out Topic? known) ? known : _log.Topics.Add(name);

    private Subscriber SubscriberOf(Random random)
    {
        string[] selectors = ["*", "a/0", "a/{n}", "{x}/1", "none"];
        ReadAccess? access = random.Next(3) switch
        {
            0 => null,
            1 => new ReadAccess([new Grant(SelectorOf("a/{n}"), "typed")], [new Grant(Selector.Any)]),
            _ => new ReadAccess([], [new Grant(SelectorOf("{x}/1"))]),
        };
        return Make(
            new RecordingSink(),
            new SubscribeRequest
            {
                Selectors = [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => SelectorOf(selectors[random.Next(selectors.Length)])).Distinct()],
                Types = random.Next(3) == 0 ? ["typed"] : [],
                Conflate = random.Next(3) == 0,
                Identity = access is null ? null : new StreamIdentity { Connection = "c", Access = access },
            });
    }

    /// <summary>A subscriber that a shard has lent, at the beginning of the log.</summary>
    private Subscriber Lent(out RecordingSink sink, Func<SubscribeRequest, SubscribeRequest>? change = null)
    {
        sink = new RecordingSink();
        var request = new SubscribeRequest { Selectors = [Selector.Any] };
        Subscriber lent = Make(sink, change?.Invoke(request) ?? request);
        foreach (SubscriberState state in new[] { SubscriberState.Waiting, SubscriberState.Queued, SubscriberState.CatchingUp })
        {
            lent.State = state;
        }

        return lent;
    }

    private Subscriber Make(RecordingSink sink, SubscribeRequest request)
    {
        var subscriber = new Subscriber(1, request, new TopicFilter(request.Selectors), sink, new ShardInbox(_log), new PatternAccount(new HubLimits()));
        sink.Attach(subscriber);
        return subscriber;
    }
}
