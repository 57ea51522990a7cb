using System.Buffers.Binary;
using System.Text;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Log;

/// <summary>Restores the in-memory state of an opened log: topics, events that are not in the index, idempotency keys.</summary>
internal static class LogRecovery
{
    /// <summary>Checks the pages of a log up to a size.</summary>
    /// <exception cref="LogUnavailableException">The structure is damaged.</exception>
    public static void CheckStructure(Database database, string path, long mostBytes)
    {
        if (new FileInfo(path).Length <= mostBytes && database.FindDamage() is { } damage)
        {
            throw Damaged(damage);
        }
    }

    /// <summary>Reads the row of the log, and the topics.</summary>
    public static LogHeader ReadHeader(Database database, TopicTable topics)
    {
        using Statement log = database.Prepare("SELECT epoch, indexed_through, reserved_offset, forgotten_through, source_position, deleted_through FROM log");
        using Statement.Rows one = log.Query();
        if (!one.Next() || log.Int64(0) is < 1 or > int.MaxValue)
        {
            throw Damaged("it has no epoch");
        }

        var header = new LogHeader((uint)log.Int64(0), log.Int64(1), log.Int64(2), log.IsNull(4) ? null : log.Bytes(4).ToArray());
        topics.NoteForgotten(log.Int64(3), log.Int64(5));

        using Statement all = database.Prepare("SELECT id, name, tip, first, count, bytes, trimmed_through, indexed_through, is_public, deleted_through, completed_at FROM topics");
        using Statement.Rows rows = all.Query();
        while (rows.Next())
        {
            Topic topic = topics.Load((int)all.Int64(0), all.Text(1));
            topic.Restore(all.Int64(2), all.Int64(3), all.Int64(4), all.Int64(5), all.Int64(6), all.Int64(9));
            topic.IndexedThrough = all.Int64(7);
            if (all.Int64(8) != 0)
            {
                topic.SetPublic();
            }

            if (all.Int64(10) is > 0 and long completedAt)
            {
                topics.Complete(topic, completedAt);
            }

            topics.NoteTrimmed(topic.TrimmedThrough);
            topics.NoteDeleted(topic.DeletedThrough);
        }

        return header;
    }

    /// <summary>Fills the hot tail with the unindexed events, fills the idempotency table, and sets the tip.</summary>
    public static void Run(EventLog log)
    {
        long tip = Math.Max(log.Indexer.IndexedThrough, log.Database.Scalar("SELECT reserved_offset FROM log"));
        tip = Math.Max(tip, log.Database.Scalar("SELECT max(offset) FROM events"));
        ReadUnindexed(log);
        long time = Math.Max(NewestTime(log), log.Database.Scalar("SELECT source_time FROM log"));
        log.Restore(tip, time);
        foreach (Topic topic in log.Topics.All.Where(static topic => topic.InMemory))
        {
            // Its events were never on disk: a client that resumes from before this start has missed them.
            topic.Trimming(tip);
            log.Topics.NoteTrimmed(tip);
        }

        foreach (Topic topic in log.Topics.All)
        {
            // Storage does not have the time of a topic's newest event. It is at most that of the newest event of the log.
            topic.TipTimeUnixMs = topic.TipTimeUnixMs == 0 ? time : topic.TipTimeUnixMs;
            log.Retention.Add(topic);
        }

        if (log.Keys.IsOn)
        {
            ReadKeys(log);
        }
    }

    private static void ReadUnindexed(EventLog log)
    {
        using Statement unindexed = log.Database.Prepare($"SELECT {EventRow.Columns} FROM events e WHERE e.offset > ?1 ORDER BY e.offset");
        using Statement.Rows rows = unindexed.Bind(1, log.Indexer.IndexedThrough).Query();
        var one = new List<AppendEntry>(1);
        long after = log.Indexer.IndexedThrough;
        bool isDamaged = false;
        while (rows.Next())
        {
            // A damaged event stays in storage and does not get into the hot tail. Readers report the range.
            if (Read(log, new EventRow(unindexed)) is not { } found || found.Offset <= after)
            {
                isDamaged = true;
                continue;
            }

            if (isDamaged)
            {
                log.Damage.Add(after, found.Offset - 1);
            }

            (after, isDamaged) = (found.Offset, false);
            one.Clear();
            one.Add(new AppendEntry(found, null));
            log.Publish(one);
            log.EvictTail();
        }

        if (isDamaged)
        {
            log.Damage.Add(after, log.Database.Scalar("SELECT max(offset) FROM events"));
        }
    }

    /// <summary>Reads an event; null if its row is damaged.</summary>
    private static LoggedEvent? Read(EventLog log, in EventRow row)
    {
        if (!log.Topics.TryGet((int)row.TopicId, out Topic? topic) || !EventChecksum.Matches(row, topic))
        {
            return null;
        }

        // An alternate topic whose last event was removed by its own policy is forgotten, although events still refer to it.
        Topic[] alternates = [.. row.Alternates.ToArray()
            .Select(id => log.Topics.TryGet(id, out Topic? alternate) ? alternate : null).OfType<Topic>()];
        var published = new Event
        {
            Topic = topic.Name,
            Alternates = Array.ConvertAll(alternates, static alternate => alternate.Name),
            Type = Text(row.Type),
            Key = Text(row.Key),
            ContentType = Text(row.ContentType),
            Attributes = Text(row.Attributes),
            Data = row.Data.ToArray(),
            IsPrivate = row.Private != 0,
            Id = Text(row.PublisherId),
            RetryMs = (int?)row.Retry,
        };
        return new LoggedEvent(published, topic, alternates, new Position(log.Epoch, row.Offset), row.TimeUnixMs);
    }

    /// <summary>Time of the newest event whose row is sound; 0 if there is none.</summary>
    private static long NewestTime(EventLog log)
    {
        using Statement newest = log.Database.Prepare($"SELECT {EventRow.Columns} FROM events e ORDER BY e.offset DESC");
        using Statement.Rows rows = newest.Query();
        while (rows.Next())
        {
            var row = new EventRow(newest);
            if (log.Topics.TryGet((int)row.TopicId, out Topic? topic) && EventChecksum.Matches(row, topic))
            {
                return row.TimeUnixMs;
            }
        }

        return 0;
    }

    private static LogUnavailableException Damaged(string damage) => new(
        $"The log is damaged: {damage}. Restore a backup with `longwave restore`, or choose another data directory; `longwave check` examines the log.");

    private static string? Text(ReadOnlySpan<byte> utf8) => utf8.IsEmpty ? null : Encoding.UTF8.GetString(utf8);

    private static void ReadKeys(EventLog log)
    {
        using Statement keys = log.Database.Prepare("SELECT offset, time, key FROM idempotency ORDER BY offset");
        using Statement.Rows rows = keys.Query();
        while (rows.Next())
        {
            if (keys.Bytes(2) is { Length: 16 } key)
            {
                log.Keys.Remember(new IdempotencyKey(BinaryPrimitives.ReadUInt128BigEndian(key)), keys.Int64(0), keys.Int64(1));
                log.Keys.Trim(keys.Int64(1));
            }
        }

        // By the time of the newest event, not by the clock (see IdempotencyTable).
        log.Keys.Trim(log.LastTimeUnixMs);
    }
}
