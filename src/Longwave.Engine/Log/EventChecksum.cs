using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>
/// Checksum of an event in storage: CRC-32C over everything that makes the event, with the length of each part. It is stored in the row of the event
/// and compared on every read of the row, so that a damaged event is never delivered as a sound one.
/// </summary>
/// <remarks>
/// The name of the first topic is a part, because a row refers to its topic by a number: a damaged name in the table of topics would otherwise move
/// all its events to another topic.
/// </remarks>
internal struct EventChecksum
{
    private const int BlockBytes = 256;

    private uint _crc;

    /// <summary>Checksum of an event that is about to be stored.</summary>
    /// <param name="added">The event.</param>
    /// <param name="alternates">Numbers of its alternate topics, as stored.</param>
    /// <param name="distance">Offsets since the event that was stored before it.</param>
    public static long Of(LoggedEvent added, ReadOnlySpan<byte> alternates, long distance)
    {
        var sum = new EventChecksum { _crc = uint.MaxValue };
        sum.Add(added.Offset);
        sum.Add(distance);
        sum.Add(added.TimeUnixMs);
        sum.Add(added.Topic.Id);
        sum.Add(MemoryMarshal.AsBytes(added.Topic.Name.AsSpan()));
        sum.Add(alternates);
        sum.AddUtf8(added.Event.Type);
        sum.AddUtf8(added.Event.Key);
        sum.AddUtf8(added.Event.ContentType);
        sum.AddUtf8(added.Event.Attributes);
        sum.Add(added.Event.Data.Span);
        sum.Add(added.Event.IsPrivate ? 1 : 0);
        sum.AddUtf8(added.Event.Id);
        sum.Add(added.Event.RetryMs ?? -1);
        return sum._crc;
    }

    /// <summary>Whether a row matches its checksum. A row of a log from before format 5 has none, and counts as sound.</summary>
    /// <param name="row">The row.</param>
    /// <param name="topic">First topic of the event.</param>
    public static bool Matches(in EventRow row, Topic topic)
    {
        if (row.Checksum is not { } stored)
        {
            return true;
        }

        var sum = new EventChecksum { _crc = uint.MaxValue };
        sum.Add(row.Offset);
        sum.Add(row.Distance ?? 0);
        sum.Add(row.TimeUnixMs);
        sum.Add(row.TopicId);
        sum.Add(MemoryMarshal.AsBytes(topic.Name.AsSpan()));
        sum.Add(row.AlternateIds);
        sum.Add(row.Type);
        sum.Add(row.Key);
        sum.Add(row.ContentType);
        sum.Add(row.Attributes);
        sum.Add(row.Data);
        sum.Add(row.Private);
        sum.Add(row.PublisherId);
        sum.Add(row.Retry ?? -1);
        return stored == sum._crc;
    }

    private void Add(long value) => _crc = BitOperations.Crc32C(_crc, (ulong)value);

    private void Add(ReadOnlySpan<byte> part)
    {
        Add(part.Length);
        AddBytes(part);
    }

    private void AddBytes(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        uint crc = _crc;
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        _crc = crc;
    }

    /// <summary>Adds a text as SQLite stores it, in blocks and without an allocation. A missing text is like an empty one.</summary>
    private void AddUtf8(string? text)
    {
        Add(text is null ? 0 : Encoding.UTF8.GetByteCount(text));
        Span<byte> block = stackalloc byte[BlockBytes];
        int filled = 0;
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            OperationStatus status = Utf8.FromUtf16(rest, block[filled..], out int read, out int written);
            rest = rest[read..];
            filled += written;
            if (status == OperationStatus.DestinationTooSmall)
            {
                // Only whole words leave the block, so that the checksum does not depend on its size.
                int words = filled & ~(sizeof(ulong) - 1);
                AddBytes(block[..words]);
                block[words..filled].CopyTo(block);
                filled -= words;
            }
        }

        AddBytes(block[..filled]);
    }
}
