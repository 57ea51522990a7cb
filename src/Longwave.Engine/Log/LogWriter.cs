using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>Writes events to storage: one transaction and one sync per batch. Of the writer's thread.</summary>
internal sealed class LogWriter : IDisposable
{
    /// <summary>
    /// Offsets reserved at a time for events that no disk sees: after a crash the log goes on behind the reservation, so that no
    /// offset is ever used twice.
    /// </summary>
    private const long ReservedOffsets = 65_536;

    private readonly Database _database;
    private readonly TopicIndexer _indexer;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _insertEvent;
    private readonly Statement _insertTopic;
    private readonly Statement _insertKey;
    private readonly Statement _reserve;
    private readonly Statement _untouch;
    private readonly HashSet<Topic> _newTopics = [];
    private long _reservedThrough;

    public LogWriter(Database database, TopicIndexer indexer, long reservedThrough)
    {
        (_database, _indexer, _reservedThrough) = (database, indexer, reservedThrough);
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _insertEvent = database.Prepare("""
            INSERT INTO events (offset, time, topic, alternates, type, key, content_type, attributes, data, private, publisher_id, retry)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """);
        _insertTopic = database.Prepare("INSERT INTO topics VALUES (?1, ?2, 0, 0, 0, 0, 0, 0, 0)");
        _insertKey = database.Prepare("INSERT INTO idempotency (offset, time, key) VALUES (?1, ?2, ?3)");
        _reserve = database.Prepare("UPDATE log SET reserved_offset = ?1");
        _untouch = database.Prepare("DELETE FROM idempotency WHERE offset = 0");
    }

    /// <summary>Makes the events durable as their policies say. Throws <see cref="StorageException"/>; then nothing was stored.</summary>
    public void Commit(List<PendingEvent> events)
    {
        if (events.TrueForAll(NeedsNoDisk))
        {
            return;
        }

        long reserveThrough = events.Exists(static pending => !pending.Event.IsStored) && events[^1].Event.Offset > _reservedThrough
            ? events[^1].Event.Offset + ReservedOffsets
            : _reservedThrough;
        TopicIndexer.Slice? slice = null;
        Transact(() =>
        {
            if (reserveThrough != _reservedThrough)
            {
                _reserve.Bind(1, reserveThrough).Run();
            }

            foreach (ref readonly PendingEvent pending in CollectionsMarshal.AsSpan(events))
            {
                Insert(in pending);
            }

            slice = _indexer.IsDue ? _indexer.Write(TopicIndexer.SliceEntries) : null;
        });
        _reservedThrough = reserveThrough;
        if (slice is { } written)
        {
            _indexer.Committed(written);
        }

        foreach (Topic topic in _newTopics)
        {
            topic.Stored = true;
        }

        _newTopics.Clear();
    }

    /// <summary>Writes a slice of the index in a transaction of its own.</summary>
    public void Index(int maxEntries)
    {
        TopicIndexer.Slice slice = default;
        Transact(() => slice = _indexer.Write(maxEntries));
        _indexer.Committed(slice);
    }

    /// <summary>Runs <paramref name="work"/> in a transaction; when it or the commit throws, nothing of it stays.</summary>
    public void Transact(Action work)
    {
        try
        {
            _begin.Run();
            work();
            _commit.Run();
        }
        catch
        {
            _newTopics.Clear();
            _database.RollBack();
            throw;
        }
    }

    /// <summary>Writes and syncs a page whose content stays as it was. Throws <see cref="StorageException"/> when that fails.</summary>
    public void Touch() => Transact(() =>
    {
        // SQLite writes nothing for an update that changes nothing: the row has to go and come back.
        _insertKey.Bind(1, 0).Bind(2, 0).BindBlob(3, []).Run();
        _untouch.Run();
    });

    /// <summary>Leaves the log complete: index and figures up to date, no reservation beyond the tip.</summary>
    public void Close(long tip)
    {
        while (_indexer.HasWork)
        {
            Index(int.MaxValue);
        }

        Transact(() => _reserve.Bind(1, tip).Run());
        _reservedThrough = tip;
    }

    /// <summary>Moves the WAL into the database, to make room. Fails quietly: it is tried because the disk is full.</summary>
    public void Checkpoint()
    {
        try
        {
            _database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (StorageException full) when (full.IsDiskFull)
        {
            // The next publish is told that the disk is full; nothing more to say here.
        }
    }

    public void Dispose() => _database.Dispose();

    private bool NeedsNoDisk(PendingEvent pending) =>
        !pending.Event.IsStored
        && pending.Event.Topic.Stored
        && pending.Event.Offset <= _reservedThrough
        && Array.TrueForAll(pending.Event.Alternates, static topic => topic.Stored);

    private void Insert(in PendingEvent pending)
    {
        TailEvent added = pending.Event;
        Insert(added.Topic);
        Array.ForEach(added.Alternates, Insert);
        if (!added.IsStored)
        {
            return;
        }

        _insertEvent
            .Bind(1, added.Offset)
            .Bind(2, added.TimeUnixMs)
            .Bind(3, added.Topic.Id)
            .BindText(5, added.Event.Type)
            .BindText(6, added.Event.Key)
            .BindText(7, added.Event.ContentType)
            .BindText(8, added.Event.Attributes)
            .BindBlob(9, added.Event.Data.Span)
            .Bind(10, added.Event.IsPrivate ? 1 : 0)
            .BindText(11, added.Event.Id);
        _ = added.Event.RetryMs is { } retryMs ? _insertEvent.Bind(12, retryMs) : _insertEvent.BindNull(12);
        BindAlternates(added.Alternates);
        _insertEvent.Run();
        if (pending.Key is { } key)
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, key.Hash);
            _insertKey.Bind(1, added.Offset).Bind(2, added.TimeUnixMs).BindBlob(3, bytes).Run();
        }
    }

    private void Insert(Topic topic)
    {
        if (!topic.Stored && _newTopics.Add(topic))
        {
            _insertTopic.Bind(1, topic.Id).BindText(2, topic.Name).Run();
        }
    }

    private void BindAlternates(Topic[] alternates)
    {
        if (alternates.Length == 0)
        {
            _insertEvent.BindNull(4);
            return;
        }

        _insertEvent.BindBlob(4, MemoryMarshal.AsBytes<int>(Array.ConvertAll(alternates, static topic => topic.Id)));
    }
}
