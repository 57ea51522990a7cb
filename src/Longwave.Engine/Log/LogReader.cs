using System.Buffers;
using System.Runtime.InteropServices;
using Longwave.Engine.Access;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Log;

/// <summary>
/// Reads pages of events from storage for subscribers that are catching up. One connection, one thread; each page is a snapshot of its
/// own, so that no reader holds the WAL back.
/// </summary>
internal sealed class LogReader : IDisposable
{
    /// <summary>Rows looked at in one page of a scan, whatever matched: some milliseconds.</summary>
    private const int ScanRows = 8_192;

    /// <summary>Costs of the two ways to read, in units of one scanned row; measured, and only their ratio matters.</summary>
    private const double SeekCost = 6;

    private readonly Database _database;
    private readonly EventLog _log;
    private readonly Statement _scan;
    private readonly Statement _one;
    private readonly Statement _offsets;
    private readonly Statement _event;
    private readonly TimeSearch _times;
    private readonly TextCache _texts = new();
    private readonly PriorityQueue<long, long> _merged = new();
    private readonly List<long> _page = [];

    public LogReader(Database database, EventLog log)
    {
        (_database, _log) = (database, log);
        _database.Execute("PRAGMA cache_size = -4096");
        _scan = database.Prepare($"SELECT {EventRow.Columns} FROM events e WHERE e.offset > ?1 AND e.offset <= ?2 ORDER BY e.offset LIMIT ?3");
        _one = database.Prepare($"""
            SELECT {EventRow.Columns} FROM topic_events t CROSS JOIN events e ON e.offset = t.offset
            WHERE t.topic = ?1 AND t.offset > ?2 AND t.offset <= ?3 ORDER BY t.offset LIMIT ?4
            """);
        _offsets = database.Prepare("SELECT offset FROM topic_events WHERE topic = ?1 AND offset > ?2 AND offset <= ?3 ORDER BY offset LIMIT ?4");
        _event = database.Prepare($"SELECT {EventRow.Columns} FROM events e WHERE e.offset = ?1");
        _times = new TimeSearch(database);
    }

    /// <inheritdoc cref="TimeSearch.OffsetBefore"/>
    public long OffsetBefore(long timeUnixMs) => _times.OffsetBefore(timeUnixMs);

    /// <summary>
    /// Writes the frames of the next matching events after <paramref name="after"/> and not after <paramref name="through"/>, oldest first,
    /// until the page is full.
    /// </summary>
    /// <returns>How far was read: every matching event up to it is written.</returns>
    public long ReadPage(TopicMatches matches, EventWriter output, long after, long through, int maxEvents)
    {
        if (after >= through)
        {
            return through;
        }

        if (matches.IsAll)
        {
            return Scan(matches, output, after, through, maxEvents);
        }

        Topic[] topics = [.. matches.Found.Where(topic => topic.Tip > after && topic.Count > 0)];
        long kept = topics.Sum(static topic => topic.Count);
        if (topics.Length == 0)
        {
            return through;
        }

        // Every topic costs a seek per page; a scan passes over what does not match.
        double rowsPerMatch = (double)Math.Max(1, _log.Tip) / Math.Max(1, kept);
        double scanCost = Math.Min(rowsPerMatch * maxEvents, through - after);
        double seekCost = SeekCost * (topics.Length + maxEvents);
        return scanCost < seekCost ? Scan(matches, output, after, through, maxEvents)
            : topics.Length == 1 ? ReadOne(topics[0], output, after, through, maxEvents)
            : Merge(topics, output, after, through, maxEvents);
    }

    /// <summary>Writes the event at an offset, unless retention has removed it since its offset was read.</summary>
    public void ReadEvent(long offset, EventWriter output)
    {
        using Statement.Rows rows = _event.Bind(1, offset).Query();
        if (rows.Next())
        {
            Write(_event, output);
        }
    }

    public void Dispose() => _database.Dispose();

    private long Scan(TopicMatches matches, EventWriter output, long after, long through, int maxEvents)
    {
        using Statement.Rows rows = _scan.Bind(1, after).Bind(2, through).Bind(3, ScanRows).Query();
        int count = 0;
        while (rows.Next())
        {
            count++;
            after = _scan.Int64(EventRow.Offset);
            if (IsMatch(matches, after) && Write(_scan, output) && (output.Count >= maxEvents || output.IsFull))
            {
                return after;
            }
        }

        return count < ScanRows ? through : after;
    }

    private bool IsMatch(TopicMatches matches, long offset)
    {
        if (matches.Contains((int)_scan.Int64(EventRow.Topic), offset))
        {
            return true;
        }

        foreach (int alternate in MemoryMarshal.Cast<byte, int>(_scan.Bytes(EventRow.Alternates)))
        {
            if (matches.Contains(alternate, offset))
            {
                return true;
            }
        }

        return false;
    }

    private long ReadOne(Topic topic, EventWriter output, long after, long through, int maxEvents)
    {
        using Statement.Rows rows = _one.Bind(1, topic.Id).Bind(2, after).Bind(3, through).Bind(4, maxEvents).Query();
        int count = 0;
        while (rows.Next())
        {
            count++;
            after = _one.Int64(EventRow.Offset);
            Write(_one, output);
            if (output.IsFull)
            {
                return after;
            }
        }

        return count < maxEvents ? through : after;
    }

    /// <summary>The smallest offsets over all topics, found through the index, then their rows.</summary>
    private long Merge(Topic[] topics, EventWriter output, long after, long through, int maxEvents)
    {
        _merged.Clear();
        foreach (Topic topic in topics)
        {
            // A full heap bounds what later topics need to look at.
            long bound = _merged.Count < maxEvents ? through : _merged.Peek() - 1;
            using Statement.Rows rows = _offsets.Bind(1, topic.Id).Bind(2, after).Bind(3, bound).Bind(4, maxEvents).Query();
            while (rows.Next())
            {
                long offset = _offsets.Int64(0);
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

        // The heap gave them newest first. An event that several of the topics share stands there once for each.
        long last = after;
        for (int i = _page.Count - 1; i >= 0 && !output.IsFull; i--)
        {
            if (_page[i] != last)
            {
                last = _page[i];
                ReadEvent(last, output);
            }
        }

        return _page.Count < maxEvents && !output.IsFull ? through : last;
    }

    private bool Write(Statement row, EventWriter output)
    {
        string? type = Text(row, EventRow.Type);
        if (!output.Wants(type) || !_log.Topics.TryGet((int)row.Int64(EventRow.Topic), out Topic? topic))
        {
            return false;
        }

        if (output.Access is { } access && !MayRead(access, row, topic, type))
        {
            return false;
        }

        if (output.IsSurvey)
        {
            output.Note(row.Int64(EventRow.Offset), topic, Text(row, EventRow.Key));
            return true;
        }

        bool named = output.Format == EventFormat.SseWithIds;
        bool plain = named || output.Format == EventFormat.Sse;
        var view = new EventView
        {
            Position = new Position(_log.Epoch, row.Int64(EventRow.Offset)),
            TimeUnixMs = plain ? 0 : row.Int64(EventRow.Time),
            Topic = topic.Name,
            Alternates = plain ? null : Names(row.Bytes(EventRow.Alternates)),
            Type = type,
            Key = plain ? null : Text(row, EventRow.Key),
            ContentType = plain ? null : Text(row, EventRow.ContentType),
            Attributes = plain ? null : Text(row, EventRow.Attributes),
            IsPrivate = !plain && row.Int64(EventRow.Private) != 0,
            Id = named && !row.IsNull(EventRow.PublisherId) ? row.Text(EventRow.PublisherId) : null,
            RetryMs = named && !row.IsNull(EventRow.Retry) ? (int)row.Int64(EventRow.Retry) : null,
            Data = row.Bytes(EventRow.Data),
        };
        output.Write(in view);
        return true;
    }

    private bool MayRead(ReadAccess access, Statement row, Topic topic, string? type)
    {
        bool isPrivate = row.Int64(EventRow.Private) != 0;
        if (access.MayRead(topic, type, isPrivate))
        {
            return true;
        }

        foreach (int id in MemoryMarshal.Cast<byte, int>(row.Bytes(EventRow.Alternates)))
        {
            if (_log.Topics.TryGet(id, out Topic? alternate) && access.MayRead(alternate, type, isPrivate))
            {
                return true;
            }
        }

        return false;
    }

    private string? Text(Statement row, int column) => row.Bytes(column) is { IsEmpty: false } utf8 ? _texts.Get(utf8) : null;

    private string[]? Names(ReadOnlySpan<byte> ids)
    {
        if (ids.IsEmpty)
        {
            return null;
        }

        var names = new List<string>();
        foreach (int id in MemoryMarshal.Cast<byte, int>(ids))
        {
            if (_log.Topics.TryGet(id, out Topic? topic))
            {
                names.Add(topic.Name);
            }
        }

        return [.. names];
    }
}
