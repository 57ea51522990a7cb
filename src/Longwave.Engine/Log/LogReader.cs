using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>
/// Reader of events in storage, page by page, for subscribers that catch up. It has one connection, for one thread. Each page is a separate snapshot,
/// so that no reader keeps the WAL from shrinking.
/// </summary>
internal sealed class LogReader : IDisposable
{
    /// <summary>Maximum number of rows examined in one page of a scan, matching or not: some milliseconds.</summary>
    private const int ScanRows = 8_192;

    /// <summary>Maximum number of events in one page of a search for the last events.</summary>
    private const int BackPageEvents = 512;

    /// <summary>Cost of a seek, in units of one scanned row; measured. Only the ratio matters.</summary>
    private const double SeekCost = 6;

    private readonly Database _database;
    private readonly EventLog _log;
    private readonly Statement _scan;
    private readonly Statement _one;
    private readonly Statement _offsets;
    private readonly Statement _event;
    private readonly Statement _scanBack;
    private readonly Statement _offsetsBack;
    private readonly TimeSearch _times;
    private readonly PriorityQueue<long, long> _merged = new();
    private readonly List<long> _page = [];
    private readonly List<Topic> _alternates = [];

    public LogReader(Database database, EventLog log)
    {
        (_database, _log) = (database, log);
        _database.Execute("PRAGMA cache_size = -4096");
        _scan = database.Prepare($"SELECT {EventRow.Columns} FROM events e WHERE e.offset > ?1 AND e.offset <= ?2 ORDER BY e.offset LIMIT ?3");
        _one = database.Prepare($"""
            SELECT {EventRow.Columns}, t.offset FROM topic_events t LEFT JOIN events e ON e.offset = t.offset
            WHERE t.topic = ?1 AND t.offset > ?2 AND t.offset <= ?3 ORDER BY t.offset LIMIT ?4
            """);
        _offsets = database.Prepare("SELECT offset FROM topic_events WHERE topic = ?1 AND offset > ?2 AND offset <= ?3 ORDER BY offset LIMIT ?4");
        _event = database.Prepare($"SELECT {EventRow.Columns} FROM events e WHERE e.offset = ?1");
        _scanBack = database.Prepare($"SELECT {EventRow.Columns} FROM events e WHERE e.offset < ?1 ORDER BY e.offset DESC LIMIT ?2");
        _offsetsBack = database.Prepare("SELECT offset FROM topic_events WHERE topic = ?1 AND offset < ?2 AND offset > ?3 ORDER BY offset DESC LIMIT ?4");
        _times = new TimeSearch(database, log.Topics);
    }

    /// <summary>Epoch of the log.</summary>
    public uint Epoch => _log.Epoch;

    /// <summary>Cache of strings that repeat from row to row.</summary>
    public TextCache Texts { get; } = new();

    /// <inheritdoc cref="TimeSearch.OffsetBefore"/>
    public long OffsetBefore(long timeUnixMs) => _times.OffsetBefore(timeUnixMs);

    /// <summary>
    /// Reads the events of the topics after <paramref name="after"/> up to and including <paramref name="through"/>, oldest first, until the page is
    /// full or enough rows were read. Some events may belong to other topics, so <paramref name="take"/> must check them.
    /// </summary>
    /// <returns>Offset that was reached: <paramref name="take"/> received every event of the topics up to it.</returns>
    public long ReadPage(TopicMatches topics, StoredEventHandler take, long after, long through, int maxEvents)
    {
        if (after >= through)
        {
            return through;
        }

        if (topics.Found is not { } matches)
        {
            return Scan(take, after, through, maxEvents);
        }

        Topic[] found = [.. matches.Where(topic => topic.Tip > after && topic.Count > 0)];
        long kept = found.Sum(static topic => topic.Count);
        if (found.Length == 0)
        {
            return through;
        }

        // A merge costs one seek per topic and page; a scan reads rows that do not match. Choose the cheaper one.
        double rowsPerMatch = (double)Math.Max(1, _log.Tip) / Math.Max(1, kept);
        double scanCost = Math.Min(rowsPerMatch * maxEvents, through - after);
        double seekCost = SeekCost * (found.Length + maxEvents);
        return scanCost < seekCost ? Scan(take, after, through, maxEvents)
            : found.Length == 1 ? ReadOne(found[0], take, after, through, maxEvents)
            : Merge(found, take, after, through, maxEvents);
    }

    /// <summary>
    /// Reads the events of the topics before <paramref name="before"/>, newest first, until <paramref name="take"/> ends the page or enough rows were read.
    /// Damaged events are passed over: the reader that sends the events reports them.
    /// </summary>
    /// <returns>Offset from which on <paramref name="take"/> received every event of the topics; 0 if there are no older ones.</returns>
    public long ReadPageBack(TopicMatches topics, StoredEventHandler take, long before)
    {
        if (topics.Found is not { } matches || matches.Count * SeekCost > ScanRows)
        {
            return ScanBack(take, before);
        }

        FindLargest(matches, before);
        long reached = before;
        for (int i = _page.Count - 1; i >= 0; i--)
        {
            // An event with several of the topics is in the page once per topic.
            if (_page[i] < reached)
            {
                reached = _page[i];
                if (ReadEvent(reached, take) == PageStep.Full)
                {
                    return reached;
                }
            }
        }

        return _page.Count < BackPageEvents ? 0 : reached;
    }

    /// <summary>Reads the event at an offset, unless retention has removed it meanwhile.</summary>
    public PageStep ReadEvent(long offset, StoredEventHandler take)
    {
        using Statement.Rows rows = _event.Bind(1, offset).Query();
        if (!rows.Next())
        {
            // The row is missing, and retention has removed no event as new as this one.
            return offset > RemovedThrough ? NoteDamaged(offset) : PageStep.Passed;
        }

        var row = new EventRow(_event);
        return TryGetSound(row, offset, out Topic? topic) ? take(new StoredEvent(this, row, topic))
            : topic is null && IsForgotten(row, offset) ? PageStep.Passed
            : NoteDamaged(offset);
    }

    public void Dispose() => _database.Dispose();

    /// <summary>Reads every event. A damaged row shows by its checksum or by its place, a missing one by the distance that the next row states.</summary>
    private long Scan(StoredEventHandler take, long after, long through, int maxEvents)
    {
        using Statement.Rows rows = _scan.Bind(1, after).Bind(2, through).Bind(3, ScanRows).Query();
        long start = after;
        (int count, int taken, long newest, bool isDamaged) = (0, 0, after, false);
        while (rows.Next())
        {
            count++;
            var row = new EventRow(_scan);
            long offset = row.Offset;
            newest = Math.Max(newest, Math.Min(offset, through));
            bool isSound = TryGetSound(row, offset, out Topic? topic) && offset > after && offset <= through;
            if (!isSound && !(topic is null && IsForgotten(row, offset)))
            {
                isDamaged = true;
                continue;
            }

            NoteMissing(row, after, isDamaged);
            (after, isDamaged) = (offset, false);
            PageStep step = isSound ? take(new StoredEvent(this, row, topic!)) : PageStep.Passed;
            taken += step == PageStep.Passed ? 0 : 1;
            if (step == PageStep.Full || taken >= maxEvents)
            {
                return after;
            }
        }

        // Damaged pages can lead SQLite in a circle. Without progress, the rest counts as damaged.
        long reached = count < ScanRows || newest == start ? through : newest;
        if (isDamaged)
        {
            _log.Damage.Add(after, reached);
        }

        return reached;
    }

    private long ScanBack(StoredEventHandler take, long before)
    {
        using Statement.Rows rows = _scanBack.Bind(1, before).Bind(2, ScanRows).Query();
        (int count, long reached) = (0, before);
        while (rows.Next())
        {
            var row = new EventRow(_scanBack);
            if (row.Offset >= reached)
            {
                break;
            }

            (count, reached) = (count + 1, row.Offset);
            if (TryGetSound(row, reached, out Topic? topic) && take(new StoredEvent(this, row, topic)) == PageStep.Full)
            {
                return reached;
            }
        }

        // Damaged pages can lead SQLite in a circle; the search then ends here.
        return count < ScanRows ? 0 : reached;
    }

    /// <summary>Collects the largest offsets of the topics before an offset, smallest first.</summary>
    private void FindLargest(IReadOnlyCollection<Topic> topics, long before)
    {
        _merged.Clear();
        foreach (Topic topic in topics.Where(static topic => topic.Count > 0))
        {
            // When the heap is full, its smallest offset limits the search in later topics.
            long bound = _merged.Count < BackPageEvents ? 0 : _merged.Peek();
            using Statement.Rows rows = _offsetsBack.Bind(1, topic.Id).Bind(2, before).Bind(3, bound).Bind(4, BackPageEvents).Query();
            while (rows.Next())
            {
                long offset = _offsetsBack.Int64(0);
                _merged.Enqueue(offset, offset);
                if (_merged.Count > BackPageEvents)
                {
                    _merged.Dequeue();
                }
            }
        }

        _page.Clear();
        while (_merged.TryDequeue(out long offset, out _))
        {
            _page.Add(offset);
        }
    }

    /// <summary>Records the offsets before a sound row if rows before it are damaged or missing.</summary>
    private void NoteMissing(in EventRow row, long after, bool isDamaged)
    {
        long before = row.Distance is { } distance ? row.Offset - distance : 0;
        if (isDamaged)
        {
            _log.Damage.Add(after, row.Offset - 1);
        }
        else if (before > after && before > RemovedThrough)
        {
            _log.Damage.Add(after, before);
        }
    }

    private long ReadOne(Topic topic, StoredEventHandler take, long after, long through, int maxEvents)
    {
        using Statement.Rows rows = _one.Bind(1, topic.Id).Bind(2, after).Bind(3, through).Bind(4, maxEvents).Query();
        int count = 0;
        while (rows.Next())
        {
            count++;
            if (_one.Int64(EventRow.Count) is var next && (next <= after || next > through))
            {
                // The index is damaged, so it can lack entries anywhere.
                return Scan(take, after, through, maxEvents);
            }

            after = next;
            var row = new EventRow(_one);
            if (!TryGetSound(row, after, out Topic? first) || !IsOf(row, topic))
            {
                NoteDamaged(after);
            }
            else if (take(new StoredEvent(this, row, first)) == PageStep.Full)
            {
                return after;
            }
        }

        return count < maxEvents ? through : after;
    }

    /// <summary>Finds the smallest offsets of all topics through the index, then reads their rows.</summary>
    private long Merge(Topic[] topics, StoredEventHandler take, long after, long through, int maxEvents)
    {
        if (!TryFindSmallest(topics, after, through, maxEvents))
        {
            return Scan(take, after, through, maxEvents);
        }

        // The heap returned the newest first. An event with several of the topics is in it once per topic.
        long last = after;
        for (int i = _page.Count - 1; i >= 0; i--)
        {
            if (_page[i] == last)
            {
                continue;
            }

            last = _page[i];
            if (ReadEvent(last, take) == PageStep.Full)
            {
                return last;
            }
        }

        return _page.Count < maxEvents ? through : last;
    }

    /// <summary>Collects the smallest offsets of the topics, newest first. Returns false if the index is damaged.</summary>
    private bool TryFindSmallest(Topic[] topics, long after, long through, int maxEvents)
    {
        _merged.Clear();
        foreach (Topic topic in topics)
        {
            // When the heap is full, its largest offset limits the search in later topics.
            long bound = _merged.Count < maxEvents ? through : _merged.Peek() - 1;
            using Statement.Rows rows = _offsets.Bind(1, topic.Id).Bind(2, after).Bind(3, bound).Bind(4, maxEvents).Query();
            while (rows.Next())
            {
                long offset = _offsets.Int64(0);
                if (offset <= after || offset > bound)
                {
                    return false;
                }

                _merged.Enqueue(offset, -offset);
                if (_merged.Count > maxEvents)
                {
                    _merged.Dequeue();
                }
            }
        }

        _page.Clear();
        while (_merged.TryDequeue(out long offset, out _))
        {
            _page.Add(offset);
        }

        return true;
    }

    /// <summary>Whether a row is the event at an offset and matches its checksum.</summary>
    private bool TryGetSound(in EventRow row, long offset, [NotNullWhen(true)] out Topic? topic) =>
        _log.Topics.TryGet((int)row.TopicId, out topic) && row.Offset == offset && EventChecksum.Matches(row, topic);

    /// <summary>Whether the log may have forgotten the topic of a row after the snapshot of this read.</summary>
    private bool IsForgotten(in EventRow row, long offset) => row.TopicId <= _log.Topics.LastId && offset <= _log.Topics.ForgottenThrough;

    private static bool IsOf(in EventRow row, Topic topic) => row.TopicId == topic.Id || row.Alternates.Contains(topic.Id);

    /// <summary>Newest offset that retention has removed. Up to it, a missing row is not damage.</summary>
    private long RemovedThrough => Math.Max(_log.Topics.TrimmedThrough, _log.Topics.ForgottenThrough);

    private PageStep NoteDamaged(long offset)
    {
        _log.Damage.Add(offset - 1, offset);
        return PageStep.Passed;
    }

    /// <summary>Alternate topics of an event that are still in the topic table. Valid until the next call.</summary>
    internal ReadOnlySpan<Topic> Alternates(ReadOnlySpan<int> ids)
    {
        if (ids.IsEmpty)
        {
            return [];
        }

        _alternates.Clear();
        foreach (int id in ids)
        {
            if (_log.Topics.TryGet(id, out Topic? topic))
            {
                _alternates.Add(topic);
            }
        }

        return CollectionsMarshal.AsSpan(_alternates);
    }
}
