using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Longwave.Engine.Log;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Step 3 of the path of an event: writes a batch in one transaction with one sync. The batch has events, new topics, idempotency keys, the position
/// in the upstream, and a slice of the topic index. Writer thread only.
/// </summary>
internal sealed class Appender
{
    /// <summary>
    /// Number of offsets reserved at a time for events that are not stored on disk. After a crash the log continues after the reservation, so that no
    /// offset is used twice.
    /// </summary>
    private const long ReservedOffsets = 65_536;

    private readonly EventLog _log;
    private readonly Statement _insertEvent;
    private readonly Statement _insertTopic;
    private readonly Statement _insertKey;
    private readonly Statement _reserve;
    private readonly Statement _setSource;
    private readonly HashSet<Topic> _newTopics = [];
    private AppendBatch _batch = new();
    private TopicIndexer.Slice? _slice;
    private long _reservedThrough;
    private long _reserveThrough;
    private long _storedThrough;
    private long _writtenThrough;

    public Appender(EventLog log)
    {
        (_log, _reservedThrough) = (log, log.ReservedThrough);
        _storedThrough = log.Database.Scalar("SELECT max(offset) FROM events");
        _insertEvent = log.Database.Prepare("""
            INSERT INTO events (offset, time, topic, alternates, type, key, content_type, attributes, data, private, publisher_id, retry, distance, checksum)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """);
        _insertTopic = log.Database.Prepare("INSERT INTO topics VALUES (?1, ?2, 0, 0, 0, 0, 0, 0, 0, 0, 0)");
        _insertKey = log.Database.Prepare("INSERT INTO idempotency (offset, time, key) VALUES (?1, ?2, ?3)");
        _reserve = log.Database.Prepare("UPDATE log SET reserved_offset = ?1");
        _setSource = log.Database.Prepare("UPDATE log SET source_position = ?1, source_time = ?2");
    }

    /// <summary>Makes a batch as durable as the policies of its topics require.</summary>
    /// <exception cref="StorageException">No part of the batch is stored.</exception>
    public void Append(AppendBatch batch)
    {
        if (!NeedsDisk(batch))
        {
            return;
        }

        (_batch, _slice, _reserveThrough) = (batch, null, Reservation(batch.Entries));
        _writtenThrough = _storedThrough;
        _newTopics.Clear();
        _log.Writer.Transact(this, static appender => appender.Write());

        // Update the state only after the commit: a rollback must leave no trace of the batch.
        _reservedThrough = _reserveThrough;
        _storedThrough = _writtenThrough;
        if (_slice is { } written)
        {
            _log.Indexer.Committed(written);
        }

        foreach (Topic topic in _newTopics)
        {
            topic.Stored = true;
        }

        if (batch.SourcePosition is { } source)
        {
            _log.SourcePosition = source;
        }
    }

    /// <summary>Completes the log before it is closed: index and figures up to date, no reservation beyond the tip.</summary>
    public void Close()
    {
        while (_log.Indexer.HasWork)
        {
            _log.Writer.Index(int.MaxValue);
        }

        _reserveThrough = _log.Tip;
        _log.Writer.Transact(this, static appender => appender._reserve.Bind(1, appender._reserveThrough).Run());
        _reservedThrough = _reserveThrough;
    }

    /// <summary>
    /// Whether a batch needs a transaction. Events of durability memory need none, unless they contain a new topic, key, reservation or upstream
    /// position.
    /// </summary>
    public bool NeedsDisk(AppendBatch batch)
    {
        bool needs = batch.SourcePosition is not null;
        foreach (ref readonly AppendEntry entry in CollectionsMarshal.AsSpan(batch.Entries))
        {
            needs = needs || entry.Event.IsStored || !entry.Event.Topic.Stored || entry.Event.Offset > _reservedThrough
                || Array.Exists(entry.Event.Alternates, static topic => !topic.Stored);
        }

        return needs;
    }

    private long Reservation(List<AppendEntry> entries) =>
        entries.Count > 0 && entries[^1].Event.Offset > _reservedThrough && entries.Exists(static entry => !entry.Event.IsStored)
            ? entries[^1].Event.Offset + ReservedOffsets
            : _reservedThrough;

    private void Write()
    {
        if (_reserveThrough != _reservedThrough)
        {
            _reserve.Bind(1, _reserveThrough).Run();
        }

        foreach (ref readonly AppendEntry entry in CollectionsMarshal.AsSpan(_batch.Entries))
        {
            Insert(entry.Event.Topic);
            foreach (Topic alternate in entry.Event.Alternates)
            {
                Insert(alternate);
            }

            if (entry.Event.IsStored)
            {
                Insert(entry.Event);
                Insert(in entry);
            }
        }

        if (_batch.SourcePosition is { } source)
        {
            _setSource.BindBlob(1, source).Bind(2, _batch.SourceTimeUnixMs).Run();
        }

        _slice = _log.Indexer.IsDue ? _log.Indexer.Write(TopicIndexer.SliceEntries) : null;
    }

    private void Insert(LoggedEvent added)
    {
        ReadOnlySpan<byte> alternates = added.Alternates.Length == 0
            ? []
            : MemoryMarshal.AsBytes<int>(Array.ConvertAll(added.Alternates, static topic => topic.Id));
        long distance = added.Offset - _writtenThrough;
        _writtenThrough = added.Offset;
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
            .BindText(11, added.Event.Id)
            .Bind(13, distance)
            .Bind(14, EventChecksum.Of(added, alternates, distance));
        _ = added.Event.RetryMs is { } retryMs ? _insertEvent.Bind(12, retryMs) : _insertEvent.BindNull(12);
        _ = alternates.IsEmpty ? _insertEvent.BindNull(4) : _insertEvent.BindBlob(4, alternates);
        _insertEvent.Run();
    }

    private void Insert(in AppendEntry entry)
    {
        if (entry.Key is { } key)
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, key.Hash);
            _insertKey.Bind(1, entry.Event.Offset).Bind(2, entry.Event.TimeUnixMs).BindBlob(3, bytes).Run();
        }
    }

    private void Insert(Topic topic)
    {
        if (!topic.Stored && _newTopics.Add(topic))
        {
            _insertTopic.Bind(1, topic.Id).BindText(2, topic.Name).Run();
        }
    }
}
