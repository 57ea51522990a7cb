using System.Globalization;
using Longwave.Engine.Configuration;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>
/// Examines the database of a log: structure, epoch, every event with its checksum, the topic index and the figures of topics. Reads page by page, so a
/// hub can use the log meanwhile.
/// </summary>
internal sealed class LogCheck
{
    /// <summary>Maximum number of events in one read.</summary>
    private const int PageEvents = 1_024;

    /// <summary>Maximum number of problems that are listed.</summary>
    private const int MostProblems = 100;

    private readonly Database _database;
    private readonly Action<long, double> _progress;
    private readonly TopicTable _topics = new(new TopicPolicies([]));
    private readonly List<string> _problems = [];
    private long _sound;
    private bool _isDamaged;
    private long _events;
    private long _withoutChecksum;

    private LogCheck(Database database, Action<long, double> progress) => (_database, _progress) = (database, progress);

    /// <summary>Examines a database.</summary>
    /// <param name="path">Path of the database; its write-ahead log has no lost transactions.</param>
    /// <param name="progress">Receives the number of examined events, and the examined fraction.</param>
    /// <param name="cancellation">Ends the examination.</param>
    /// <exception cref="LogUnavailableException">The file is not a log that this version can read.</exception>
    public static LogReport Run(string path, Action<long, double> progress, CancellationToken cancellation)
    {
        using Database database = Database.OpenReader(path);
        try
        {
            var check = new LogCheck(database, progress);
            LogSchema.CheckFormat(database);
            return check.Run(cancellation);
        }
        catch (StorageException failed)
        {
            return new LogReport(0, [], 0, 0, 0, [$"The database cannot be read: {failed.Message}"]);
        }
    }

    private LogReport Run(CancellationToken cancellation)
    {
        _problems.AddRange(_database.Texts("PRAGMA integrity_check(20)").Where(static text => text != "ok").Select(static text => $"Structure: {text}"));
        uint epoch = 0;
        try
        {
            epoch = LogRecovery.ReadHeader(_database, _topics).Epoch;
            ReadEvents(cancellation);
            CheckIndex();
        }
        catch (Exception failed) when (failed is StorageException or LogUnavailableException)
        {
            _problems.Add(failed.Message);
        }

        List<string> lineage = _database.Texts("SELECT printf('%08x after %08x, from offset %d: %s', epoch, previous, after_offset + 1, reason) FROM epochs ORDER BY time");
        return new LogReport(epoch, lineage, _events, _withoutChecksum, _topics.Count, [.. _problems.Take(MostProblems)]);
    }

    private void ReadEvents(CancellationToken cancellation)
    {
        long last = _database.Scalar("SELECT max(offset) FROM events");
        using Statement page = _database.Prepare($"SELECT {EventRow.Columns} FROM events e WHERE e.offset > ?1 ORDER BY e.offset LIMIT ?2");
        (long after, bool isFull) = (0, true);
        while (isFull)
        {
            cancellation.ThrowIfCancellationRequested();
            (int count, long start) = (0, after);
            using Statement.Rows rows = page.Bind(1, after).Bind(2, PageEvents).Query();
            while (rows.Next())
            {
                count++;
                var row = new EventRow(page);
                CheckEvent(row);
                after = Math.Max(after, row.Offset);
            }

            isFull = count == PageEvents && after > start;
            if (count == PageEvents && !isFull)
            {
                _problems.Add("Structure: the events after offset " + after.ToString(CultureInfo.InvariantCulture) + " cannot be read");
            }

            _events += count;
            _progress(_events, last > 0 ? (double)after / last : 1);
        }
    }

    private void CheckEvent(in EventRow row)
    {
        long offset = row.Offset;
        bool isAfterDamage = _isDamaged;
        _isDamaged = true;
        if (!_topics.TryGet((int)row.TopicId, out Topic? topic) && !TryLoad(row.TopicId, out topic))
        {
            Note(offset, "has no topic");
            return;
        }

        if (!EventChecksum.Matches(row, topic!) || offset <= _sound)
        {
            Note(offset, "does not match its checksum or its place");
            return;
        }

        if (row.Checksum is null)
        {
            _withoutChecksum++;
        }
        else if (offset - (row.Distance ?? 0) is var before && before > _sound && !isAfterDamage && before > RemovedThrough())
        {
            Note(before, "is missing");
        }

        (_sound, _isDamaged) = (offset, false);
    }

    /// <summary>Loads a topic that a running hub has added during the examination.</summary>
    private bool TryLoad(long id, out Topic? topic)
    {
        topic = null;
        using Statement one = _database.Prepare("SELECT name FROM topics WHERE id = ?1");
        using Statement.Rows rows = one.Bind(1, id).Query();
        if (rows.Next())
        {
            topic = _topics.Load((int)id, one.Text(0));
        }

        return topic is not null;
    }

    /// <summary>Newest offset that retention has removed until now.</summary>
    private long RemovedThrough() =>
        _database.Scalar("SELECT max(coalesce((SELECT max(trimmed_through) FROM topics), 0), (SELECT forgotten_through FROM log))");

    private void CheckIndex()
    {
        // One statement each, so that each sees one state of a log that is in use.
        long missing = _database.Scalar("""
            SELECT count(*) FROM events e WHERE e.offset <= (SELECT indexed_through FROM log)
            AND NOT EXISTS (SELECT 1 FROM topic_events t WHERE t.topic = e.topic AND t.offset = e.offset)
            """);
        long wrong = _database.Scalar("SELECT count(*) FROM topics WHERE count <> (SELECT count(*) FROM topic_events t WHERE t.topic = topics.id)");
        if (missing > 0)
        {
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"Index: {missing} events are not in the topic index"));
        }

        if (wrong > 0)
        {
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"Index: {wrong} topics have another number of events than their figures"));
        }
    }

    private void Note(long offset, string problem)
    {
        if (_problems.Count <= MostProblems)
        {
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"Event at offset {offset} {problem}"));
        }
    }
}
