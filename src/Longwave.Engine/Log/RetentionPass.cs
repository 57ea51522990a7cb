using System.Runtime.InteropServices;
using Longwave.Engine.Metrics;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>Removes events that exceed the policies, in slices of a few milliseconds between the batches of publishers. Writer thread only.</summary>
internal sealed class RetentionPass
{
    /// <summary>Maximum number of events removed in one transaction.</summary>
    private const int SliceEvents = 256;

    /// <summary>Maximum number of topics examined in one slice.</summary>
    private const int SliceTopics = 4_096;

    private readonly Counters<HubCounter> _counters;
    private readonly Database _database;
    private readonly LogWriter _writer;
    private readonly TopicIndexer _indexer;
    private readonly TopicTable _topics;
    private readonly IdempotencyTable _keys;
    private readonly TimeSearch _times;
    private readonly Statement _oldest;
    private readonly Statement _deleteEvent;
    private readonly Statement _deleteEntry;
    private readonly Statement _next;
    private readonly Statement _figures;
    private readonly Statement _deleteTopic;
    private readonly Statement _forgotten;
    private readonly Statement _newest;
    private readonly Statement _expireKeys;
    private readonly Dictionary<TimeSpan, long> _cutOffsets = [];
    private readonly List<Topic> _forgettable = [];
    private IEnumerator<Topic>? _sweep;
    private Topic? _unfinished;
    private long _keysDeletedThrough;
    private long _nowUnixMs;

    public RetentionPass(
        Database database, LogWriter writer, TopicIndexer indexer, TopicTable topics, IdempotencyTable keys, Counters<HubCounter> counters)
    {
        _counters = counters;
        (_database, _writer, _indexer, _topics, _keys, _times) = (database, writer, indexer, topics, keys, new TimeSearch(database));
        _oldest = database.Prepare("""
            SELECT t.offset, e.topic, e.alternates, length(e.data)
            FROM topic_events t JOIN events e ON e.offset = t.offset WHERE t.topic = ?1 ORDER BY t.offset LIMIT ?2
            """);
        _deleteEvent = database.Prepare("DELETE FROM events WHERE offset = ?1");
        _deleteEntry = database.Prepare("DELETE FROM topic_events WHERE topic = ?1 AND offset = ?2");
        _next = database.Prepare("SELECT offset FROM topic_events WHERE topic = ?1 ORDER BY offset LIMIT 1");
        _figures = database.Prepare("UPDATE topics SET first = ?2, count = ?3, bytes = ?4, trimmed_through = ?5 WHERE id = ?1");
        _deleteTopic = database.Prepare("DELETE FROM topics WHERE id = ?1");
        _newest = database.Prepare("SELECT max(id) FROM topics");
        _forgotten = database.Prepare("UPDATE log SET forgotten_through = max(forgotten_through, ?1)");
        _expireKeys = database.Prepare("""
            DELETE FROM idempotency WHERE offset IN (SELECT offset FROM idempotency WHERE offset <= ?1 ORDER BY offset LIMIT ?2)
            """);
    }

    /// <summary>Whether the pass has topics left to examine.</summary>
    public bool IsRunning => _sweep is not null;

    /// <summary>Begins a pass over all topics.</summary>
    public void Start(long nowUnixMs)
    {
        _nowUnixMs = nowUnixMs;
        _cutOffsets.Clear();
        _sweep = _topics.All.GetEnumerator();
    }

    /// <summary>Runs one slice: at most one transaction.</summary>
    public void RunSlice()
    {
        if (_keys.ForgottenThrough > _keysDeletedThrough)
        {
            ExpireKeys();
            return;
        }

        _forgettable.Clear();
        for (int looked = 0; looked < SliceTopics && _forgettable.Count < SliceEvents && _sweep is not null && _unfinished is null; looked++)
        {
            if (!_sweep.MoveNext())
            {
                Stop();
            }
            else
            {
                Look(_sweep.Current);
            }
        }

        if (_unfinished is not null && !Trim(_unfinished))
        {
            _unfinished = null;
        }

        Forget();
    }

    /// <summary>Stops the pass after storage failed; the next one starts from the beginning.</summary>
    public void Stop()
    {
        _sweep?.Dispose();
        (_sweep, _unfinished) = (null, null);
    }

    private void ExpireKeys()
    {
        const int SliceKeys = 4 * SliceEvents;
        long through = _keys.ForgottenThrough;
        int deleted = 0;
        _writer.Transact(() =>
        {
            _expireKeys.Bind(1, through).Bind(2, SliceKeys).Run();
            deleted = _database.Changes;
        });
        _keysDeletedThrough = deleted < SliceKeys ? through : _keysDeletedThrough;
    }

    /// <summary>Examines a topic: it needs no work, must be forgotten, or has events to remove.</summary>
    private void Look(Topic topic)
    {
        _counters.Add(HubCounter.RetentionVisits);
        if (topic.TipTimeUnixMs == 0)
        {
            topic.TipTimeUnixMs = _nowUnixMs;
        }

        bool isIndexed = topic.StoredThrough <= topic.IndexedThrough;
        if (topic.Count > 0 && topic.IndexedCount == 0 && isIndexed && topic.InMemory && topic.IsExpired(_nowUnixMs))
        {
            Expire(topic);
        }

        if (topic.Count > 0)
        {
            _unfinished = topic.IndexedCount > 0 && (topic.First <= CutOffset(topic.Policy.MaxAge) || IsOver(topic, 0, 0)) ? topic : null;
        }
        else if (topic.Tip == 0 && !topic.Stored)
        {
            // The topic was created for a publish that then failed.
            _topics.Forget(topic);
        }
        else if (topic.Stored && isIndexed && (topic.Policy.MaxAge == TimeSpan.Zero || topic.IsExpired(_nowUnixMs)))
        {
            _forgettable.Add(topic);
        }
    }

    /// <summary>
    /// Expires a topic whose events are all too old and in the hot tail only. The events stay in memory until newer ones need the room, but readers
    /// no longer receive them.
    /// </summary>
    private void Expire(Topic topic)
    {
        topic.Trimming(topic.Tip);
        _topics.NoteTrimmed(topic.Tip);
        _counters.Add(HubCounter.RemovedEvents, topic.Count);
        _counters.Add(HubCounter.RemovedBytes, topic.Bytes);
        topic.Removed(topic.Count, topic.Bytes, 0);
    }

    /// <summary>Removes up to a slice of the excess events of a topic. Returns true if it removed any; there may be more.</summary>
    private bool Trim(Topic topic)
    {
        List<Doomed> doomed = FindDoomed(topic, CutOffset(topic.Policy.MaxAge));
        if (doomed.Count == 0)
        {
            return false;
        }

        Remove(topic, doomed);
        return true;
    }

    private static bool IsOver(Topic topic, long removedCount, long removedBytes) =>
        (topic.Policy.MaxCount > 0 && topic.Count - removedCount > topic.Policy.MaxCount)
        || (topic.Policy.MaxBytes > 0 && topic.Bytes - removedBytes > topic.Policy.MaxBytes && topic.Count - removedCount > 1);

    /// <summary>Offset up to which events are older than the age; zero is an unlimited age.</summary>
    private long CutOffset(TimeSpan age)
    {
        if (age == TimeSpan.Zero)
        {
            return 0;
        }

        ref long offset = ref CollectionsMarshal.GetValueRefOrAddDefault(_cutOffsets, age, out bool known);
        return known ? offset : offset = _times.OffsetBefore(_nowUnixMs - (long)age.TotalMilliseconds);
    }

    private List<Doomed> FindDoomed(Topic topic, long cut)
    {
        var doomed = new List<Doomed>();
        long bytes = 0;
        using Statement.Rows rows = _oldest.Bind(1, topic.Id).Bind(2, SliceEvents).Query();

        // Beyond the complete part of the index, another topic of the event may have no entry yet, and would get one after the removal.
        while (rows.Next() && _oldest.Int64(0) <= _indexer.IndexedThrough && (_oldest.Int64(0) <= cut || IsOver(topic, doomed.Count, bytes)))
        {
            int[] alternates = MemoryMarshal.Cast<byte, int>(_oldest.Bytes(2)).ToArray();
            doomed.Add(new Doomed(_oldest.Int64(0), (int)_oldest.Int64(1), alternates, _oldest.Int64(3)));
            bytes += _oldest.Int64(3);
        }

        return doomed;
    }

    private void Remove(Topic topic, List<Doomed> doomed)
    {
        foreach (Doomed gone in doomed)
        {
            Announce(topic, gone);
            foreach (Topic alternate in AlternatesLosing(topic, gone))
            {
                Announce(alternate, gone);
            }
        }

        var losses = new Dictionary<Topic, Loss>();
        var firsts = new Dictionary<Topic, long>();
        _writer.Transact(() =>
        {
            foreach (Doomed gone in doomed)
            {
                DeleteEntry(topic, gone, losses);
                foreach (Topic alternate in AlternatesLosing(topic, gone))
                {
                    DeleteEntry(alternate, gone, losses);
                }

                if (gone.Topic == topic.Id)
                {
                    _deleteEvent.Bind(1, gone.Offset).Run();
                }
            }

            foreach ((Topic loser, Loss loss) in losses)
            {
                firsts[loser] = First(loser, loss);
                _figures.Bind(1, loser.Id).Bind(2, firsts[loser]).Bind(3, loser.IndexedCount - loss.Count)
                    .Bind(4, loser.IndexedBytes - loss.Bytes).Bind(5, loser.TrimmedThrough).Run();
            }
        });
        foreach ((Topic loser, Loss loss) in losses)
        {
            loser.IndexedCount -= loss.Count;
            loser.IndexedBytes -= loss.Bytes;
            loser.Removed(loss.Count, loss.Bytes, firsts[loser]);
            _counters.Add(HubCounter.RemovedEvents, loss.Count);
            _counters.Add(HubCounter.RemovedBytes, loss.Bytes);
        }
    }

    /// <summary>
    /// Alternate topics that lose an event. Its first topic removes the event; the policy of an alternate removes it from that alternate only.
    /// </summary>
    private IEnumerable<Topic> AlternatesLosing(Topic topic, Doomed gone)
    {
        foreach (int id in gone.Topic == topic.Id ? gone.Alternates : [])
        {
            if (_topics.TryGet(id, out Topic? alternate) && alternate.Keeps(gone.Offset))
            {
                yield return alternate;
            }
        }
    }

    private void Announce(Topic topic, Doomed gone)
    {
        topic.Trimming(gone.Offset);
        _topics.NoteTrimmed(gone.Offset);
    }

    private void DeleteEntry(Topic topic, Doomed gone, Dictionary<Topic, Loss> losses)
    {
        _deleteEntry.Bind(1, topic.Id).Bind(2, gone.Offset).Run();
        if (_database.Changes > 0)
        {
            ref Loss loss = ref CollectionsMarshal.GetValueRefOrAddDefault(losses, topic, out _);
            loss = new Loss(Math.Max(loss.Through, gone.Offset), loss.Count + 1, loss.Bytes + gone.Bytes);
        }
    }

    /// <summary>Offset of the oldest remaining entry. If the index has none yet, it is the offset after the last removed event.</summary>
    private long First(Topic topic, Loss loss)
    {
        using Statement.Rows rows = _next.Bind(1, topic.Id).Query();
        return rows.Next() ? _next.Int64(0) : topic.Count > loss.Count ? loss.Through + 1 : 0;
    }

    /// <summary>Forgets the topics that were found, in one transaction.</summary>
    private void Forget()
    {
        if (_forgettable.Count == 0)
        {
            return;
        }

        // Events can still refer to a topic as an alternate, so its number must not be assigned again. After a restart the next number is the
        // highest stored one plus one; therefore the newest topic stays until there is a newer one.
        long newest = NewestStored();
        _forgettable.RemoveAll(topic => topic.Id == newest);
        _writer.Transact(() =>
        {
            foreach (Topic topic in _forgettable)
            {
                _deleteTopic.Bind(1, topic.Id).Run();
                _forgotten.Bind(1, Math.Max(topic.Tip, topic.TrimmedThrough)).Run();
            }
        });
        foreach (Topic topic in _forgettable)
        {
            topic.Stored = false;
            _topics.Forget(topic);
            _counters.Add(HubCounter.ForgottenTopics);
        }
    }

    private long NewestStored()
    {
        using Statement.Rows rows = _newest.Query();
        rows.Next();
        return _newest.Int64(0);
    }

    private readonly record struct Doomed(long Offset, int Topic, int[] Alternates, long Bytes);

    private readonly record struct Loss(long Through, long Count, long Bytes);
}
