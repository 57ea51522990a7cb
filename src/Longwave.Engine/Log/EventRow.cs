using System.Runtime.InteropServices;
using Longwave.Engine.Storage;

namespace Longwave.Engine.Log;

/// <summary>Row of an event: the columns, as every query of the engine selects them. Valid until its query moves to the next row.</summary>
/// <remarks>
/// All columns are read at once, each with one call of SQLite: the checksum needs them, and without it nothing of the row may be used.
/// </remarks>
internal readonly ref struct EventRow
{
    public const string Columns = "e.offset, e.time, e.topic, e.alternates, e.type, e.key, e.content_type, e.attributes, e.data, e.private, e.publisher_id, e.retry, e.distance, e.checksum";

    /// <summary>Number of the columns; the next column of a query has this index.</summary>
    public const int Count = 14;

    /// <summary>Reads the current row of a query that selects <see cref="Columns"/> first. A row that an outer join did not find has the offset 0.</summary>
    public EventRow(Statement row)
    {
        Offset = row.Int64(0);
        TimeUnixMs = row.Int64(1);
        TopicId = row.Int64(2);
        AlternateIds = row.Bytes(3);
        Type = row.Bytes(4);
        Key = row.Bytes(5);
        ContentType = row.Bytes(6);
        Attributes = row.Bytes(7);
        Data = row.Bytes(8);
        Private = row.Int64(9);
        PublisherId = row.Bytes(10);
        Retry = row.OptionalInt64(11);
        Distance = row.OptionalInt64(12);
        Checksum = row.OptionalInt64(13);
    }

    public long Offset { get; }

    public long TimeUnixMs { get; }

    /// <summary>Number of the first topic.</summary>
    public long TopicId { get; }

    /// <summary>Numbers of the alternate topics, as stored.</summary>
    public ReadOnlySpan<byte> AlternateIds { get; }

    public ReadOnlySpan<byte> Type { get; }

    public ReadOnlySpan<byte> Key { get; }

    public ReadOnlySpan<byte> ContentType { get; }

    public ReadOnlySpan<byte> Attributes { get; }

    public ReadOnlySpan<byte> Data { get; }

    /// <summary>1 for a private event, else 0.</summary>
    public long Private { get; }

    public ReadOnlySpan<byte> PublisherId { get; }

    /// <summary>Reconnection time in milliseconds that the publisher has set; null for none.</summary>
    public long? Retry { get; }

    /// <summary>Offsets since the event before; null in a row from before format 5.</summary>
    public long? Distance { get; }

    /// <summary>Checksum as stored (<see cref="EventChecksum"/>); null in a row from before format 5.</summary>
    public long? Checksum { get; }

    /// <summary>Numbers of the alternate topics.</summary>
    public ReadOnlySpan<int> Alternates => MemoryMarshal.Cast<byte, int>(AlternateIds);
}
