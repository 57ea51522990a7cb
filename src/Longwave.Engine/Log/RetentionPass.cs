using System.Runtime.InteropServices;
using Longwave.Engine.Metrics;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>
/// Removes events that exceed the policies, and forgets topics without events, in slices of a few milliseconds between the batches of publishers.
/// Examines only topics that are due (<see cref="RetentionSchedule"/>). Writer thread only.
/// </summary>
/// <remarks>
/// A pass has two parts. The first removes events from storage. The second walks the hot tail once, for the due topics of durability memory: only the
/// tail has their events, and it has them in order of the log and not by topic.
/// </remarks>
internal sealed class RetentionPass
{
    /// <summary>Maximum number of entries removed, and topics forgotten, in one transaction.</summary>
    private const int SliceEvents = 256;

    /// <summary>Maximum number of topics examined in one slice.</summary>
    private const int SliceTopics = 4_096;

    /// <summary>Maximum number of events of the hot tail examined in one slice.</summary>
    private const int SliceTailEvents = 8_192;

    private readonly EventLog _log;
    private readonly EventRemoval _removal;
    private readonly TopicRemoval _forgetting;
    private readonly TimeSearch _times;
    private readonly Statement _oldest;
    private readonly Statement _expireKeys;
    private readonly Dictionary<TimeSpan, long> _cutOffsets = [];
    private readonly Func<TimeSpan, long> _cutOffset;
    private readonly List<RetiredEvent> _retired = [];

    // Topics that the current slice has examined. They are listed again after its transaction.
    private readonly List<Topic> _examined = [];

    // Topics that are still due but can't change before the next pass, for example because their events are not in the index yet.
    private readonly List<Topic> _deferred = [];

    // Due topics of durability memory.
    private readonly HashSet<Topic> _inTail = [];
    private Topic? _current;
    private long _tailSequence;

    // Keys that were forgotten before the pass began. Later ones wait for the next pass, because publishers can forget keys all the time.
    private long _keysThrough;
    private long _keysDeletedThrough;
    private RetentionTime _time;

    public RetentionPass(EventLog log)
    {
        (_log, _removal, _forgetting) = (log, new EventRemoval(log), new TopicRemoval(log));
        (_times, _cutOffset) = (new TimeSearch(log.Database, log.Topics), CutOffset);
        Database database = log.Database;
        _oldest = database.Prepare("""
            SELECT t.offset, e.topic, e.alternates, length(e.data)
            FROM topic_events t JOIN events e ON e.offset = t.offset WHERE t.topic = ?1 ORDER BY t.offset LIMIT ?2
            """);
        _expireKeys = database.Prepare("""
            DELETE FROM idempotency WHERE offset IN (SELECT offset FROM idempotency WHERE offset <= ?1 ORDER BY offset LIMIT ?2)
            """);
    }

    /// <summary>Whether the pass has topics left to examine.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Begins a pass.</summary>
    public void Start(RetentionTime time)
    {
        (_time, _tailSequence, IsRunning) = (time, 0, true);
        _keysThrough = _log.Keys.ForgottenThrough;
        _cutOffsets.Clear();
        _log.Retention.Begin();
        _forgetting.Start();
    }

    /// <summary>Runs one slice: at most one transaction.</summary>
    public void RunSlice()
    {
        if (_keysThrough > _keysDeletedThrough)
        {
            ExpireKeys();
        }
        else if (_current is not null || TryTake())
        {
            Transact(static pass => pass.Examine());
        }
        else if (_inTail.Count > 0)
        {
            Transact(static pass => pass.WalkTail());
        }
        else
        {
            Stop();
        }
    }

    /// <summary>Ends the pass: at its end, or after storage failed. What is still due is examined in the next pass.</summary>
    public void Stop()
    {
        _deferred.AddRange(_inTail);
        if (_current is not null)
        {
            _deferred.Add(_current);
        }

        foreach (Topic topic in _deferred.Where(IsKnown))
        {
            _log.Retention.Add(topic);
        }

        _deferred.Clear();
        _inTail.Clear();
        (_current, IsRunning) = (null, false);
    }

    private void Transact(Action<RetentionPass> work)
    {
        try
        {
            _log.Writer.Transact(
                (Pass: this, Work: work),
                static slice =>
                {
                    slice.Work(slice.Pass);
                    slice.Pass._removal.WriteFigures();
                    slice.Pass._forgetting.Delete();
                });
        }
        catch
        {
            // Nothing was removed.
            _removal.Discard();
            _forgetting.Discard();
            _deferred.AddRange(_examined);
            _examined.Clear();
            throw;
        }

        _removal.Apply();
        _forgetting.Apply();
        foreach (Topic topic in _examined.Where(IsKnown))
        {
            if (IsDue(topic))
            {
                _deferred.Add(topic);
            }
            else if (topic.Count > 0 || !_forgetting.IsKept(topic))
            {
                _log.Retention.Add(topic);
            }
        }

        _examined.Clear();
    }

    private bool IsKnown(Topic topic) => _log.Topics.TryGet(topic.Id, out Topic? known) && known == topic;

    private void ExpireKeys()
    {
        const int SliceKeys = 4 * SliceEvents;
        int deleted = 0;
        _log.Writer.Transact(() =>
        {
            _expireKeys.Bind(1, _keysThrough).Bind(2, SliceKeys).Run();
            deleted = _log.Database.Changes;
        });
        _keysDeletedThrough = deleted < SliceKeys ? _keysThrough : _keysDeletedThrough;
    }

    private bool TryTake()
    {
        while (_log.Retention.TryTake(_time.NowUnixMs, _cutOffset, out _current))
        {
            _log.Counters.Add(HubCounter.RetentionVisits);
            if (IsKnown(_current))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Examines topics until the slice is full. Inside a transaction.</summary>
    private void Examine()
    {
        for (int topics = 0; topics < SliceTopics && (_current is not null || TryTake()); topics++)
        {
            int room = SliceEvents - _removal.Count - _forgetting.Count;
            if (room <= 0 || !Examine(_current!, room))
            {
                // The next slice continues with this topic.
                return;
            }

            _current = null;
        }
    }

    /// <summary>Examines one topic; returns false if the slice is full before all its excess events are removed.</summary>
    private bool Examine(Topic topic, int room)
    {
        if (topic.Count == 0)
        {
            _examined.Add(topic);
            _forgetting.TryAdd(topic, _time.NowUnixMs);
            return true;
        }

        bool isComplete = !topic.InMemory;
        if (topic.IndexedCount > 0)
        {
            isComplete |= FindRetired(topic, room);
            foreach (ref readonly RetiredEvent gone in CollectionsMarshal.AsSpan(_retired))
            {
                _removal.Remove(topic, in gone);
            }

            if (_retired.Count >= room)
            {
                return false;
            }
        }

        if (isComplete)
        {
            _examined.Add(topic);
        }
        else
        {
            _inTail.Add(topic);
        }

        return true;
    }

    /// <summary>
    /// Finds the oldest events of a topic that exceed its policy, in storage. Returns true if storage also has the oldest event that remains.
    /// </summary>
    private bool FindRetired(Topic topic, int most)
    {
        _retired.Clear();
        long cut = CutOffset(topic);

        // Beyond the complete part of the index, another topic of the event may have no entry yet, and would get one after the removal. A topic of
        // durability memory can have older events in the hot tail than the remaining ones in storage; the walk over the tail removes both in order.
        long through = topic.InMemory ? Math.Min(_log.Tail.Base, _log.Indexer.IndexedThrough) : _log.Indexer.IndexedThrough;
        long bytes = 0;
        using Statement.Rows rows = _oldest.Bind(1, topic.Id).Bind(2, most).Query();
        while (rows.Next() && _oldest.Int64(0) is var offset && offset <= through)
        {
            if (offset > cut && !_removal.IsOversized(topic, _retired.Count, bytes))
            {
                _removal.SetFirst(topic, offset);
                return true;
            }

            bool isOfFirstTopic = _oldest.Int64(1) == topic.Id;
            Topic[] alternates = isOfFirstTopic ? TopicsOf(_oldest.Bytes(2)) : [];
            _retired.Add(new RetiredEvent(offset, _oldest.Int64(3), isOfFirstTopic, alternates, IsStored: true));
            bytes += _oldest.Int64(3);
        }

        return false;
    }

    private Topic[] TopicsOf(ReadOnlySpan<byte> ids)
    {
        var topics = new List<Topic>();
        foreach (int id in MemoryMarshal.Cast<byte, int>(ids))
        {
            if (_log.Topics.TryGet(id, out Topic? topic))
            {
                topics.Add(topic);
            }
        }

        return [.. topics];
    }

    /// <summary>Removes excess events of the due memory topics from the hot tail, oldest first. Inside a transaction.</summary>
    private void WalkTail()
    {
        _tailSequence = Math.Max(_tailSequence, _log.Tail.First);
        for (int events = 0; events < SliceTailEvents && _removal.Count < SliceEvents && _inTail.Count > 0; events++)
        {
            if (_log.Tail[_tailSequence] is not { } found)
            {
                // The end of the tail.
                _examined.AddRange(_inTail);
                _inTail.Clear();
                return;
            }

            Retire(found.Topic, found);
            foreach (Topic alternate in found.Alternates)
            {
                Retire(alternate, found);
            }

            _tailSequence++;
        }
    }

    /// <summary>Removes an event of the hot tail from a topic if it exceeds the policy. If not, the topic is complete.</summary>
    private void Retire(Topic topic, LoggedEvent found)
    {
        // An event that its first topic has removed is gone from every topic.
        if (!_inTail.Contains(topic) || !_removal.Counts(topic, found.Offset) || !_removal.Counts(found.Topic, found.Offset))
        {
            return;
        }

        bool isExcess = found.Offset <= CutOffset(topic) || _removal.IsOversized(topic);
        if (!isExcess || (found.IsStored && found.Offset > _log.Indexer.IndexedThrough))
        {
            _removal.SetFirst(topic, found.Offset);
            _inTail.Remove(topic);
            _examined.Add(topic);
            return;
        }

        bool isOfFirstTopic = found.Topic == topic;
        _removal.Remove(topic, new RetiredEvent(found.Offset, found.Event.Data.Length, isOfFirstTopic, isOfFirstTopic ? found.Alternates : [], found.IsStored));
    }

    /// <summary>Whether an examined topic is still due, so that only the next pass may examine it again.</summary>
    private bool IsDue(Topic topic) => topic.Count > 0
        ? topic.First <= CutOffset(topic) || topic.IsOversized()
        : !_forgetting.IsKept(topic) && RetentionSchedule.ForgottenFrom(topic) <= _time.NowUnixMs;

    /// <summary>Offset up to which the topic keeps no events, because of their age or because they were deleted.</summary>
    private long CutOffset(Topic topic) => Math.Max(CutOffset(topic.Policy.MaxAge), topic.DeletedThrough);

    /// <summary>
    /// Offset up to which events are older than the age; 0 for an unlimited age. The hot tail has the newest events, also those that are not in
    /// storage. If none of them is too old, the search in storage ends before them.
    /// </summary>
    private long CutOffset(TimeSpan age)
    {
        if (age == TimeSpan.Zero)
        {
            return 0;
        }

        ref long offset = ref CollectionsMarshal.GetValueRefOrAddDefault(_cutOffsets, age, out bool known);
        if (!known)
        {
            long before = _time.Before(age);
            offset = OffsetBefore(before);
        }

        return offset;
    }

    /// <summary>Offset of the newest event that is older than a time; 0 if there is none.</summary>
    public long OffsetBefore(long timeUnixMs) => _log.Tail.NewestBefore(timeUnixMs) ?? Math.Min(_log.Tail.Base, _times.OffsetBefore(timeUnixMs));
}
