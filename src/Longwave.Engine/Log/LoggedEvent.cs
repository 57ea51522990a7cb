using System.Buffers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Log;

/// <summary>A committed event in memory, with its frames: each is encoded once, on first need, and shared by every subscriber.</summary>
internal sealed class LoggedEvent(Event published, Topic topic, Topic[] alternates, Position position, long timeUnixMs)
{
    /// <summary>What an event costs in memory beside its data: objects, short strings, the frame's fields.</summary>
    private const int Overhead = 320;

    /// <summary>A character of text costs two bytes in its string and at least one in a frame.</summary>
    private const int BytesPerCharacter = 3;

    /// <summary>What an alternate costs beside its text: an entry in two arrays, a string object, a name in the frame.</summary>
    private const int AlternateOverhead = 48;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    private byte[]? _sse;
    private byte[]?[]? _others;

    public Event Event { get; } = published;

    public Topic Topic { get; } = topic;

    public Topic[] Alternates { get; } = alternates;

    /// <summary>Whether storage has it: one durable topic among its topics is enough.</summary>
    public bool IsStored { get; } = !topic.InMemory || Array.Exists(alternates, static alternate => !alternate.InMemory);

    public Position Position { get; } = position;

    public long Offset => Position.Offset;

    public long TimeUnixMs { get; } = timeUnixMs;

    /// <summary>Place in the hot tail; set when it gets there.</summary>
    public long Sequence { get; set; }

    /// <summary>Bytes that it counts for in the hot tail.</summary>
    public long Size { get; } = SizeOf(published);

    /// <summary>Bytes that an event counts for in the hot tail: its data and a frame of it, and the text of the fields that can be long.</summary>
    public static long SizeOf(Event e)
    {
        long characters = (e.Key?.Length ?? 0) + (e.Id?.Length ?? 0) + (e.Attributes?.Length ?? 0);
        for (int i = 0; i < e.Alternates.Count; i++)
        {
            characters += e.Alternates[i].Length;
        }

        return Overhead + (2L * e.Data.Length) + (BytesPerCharacter * characters) + (AlternateOverhead * (long)e.Alternates.Count);
    }

    /// <summary>The event's frame in the format, as a chunk. Two threads may encode at once; both get the same array.</summary>
    /// <remarks>The exchange publishes an array only when it is complete, and its bytes are reached through the reference alone, so a plain read of the field is enough.</remarks>
    public byte[] Chunk(EventFormat format) => format == EventFormat.Sse
        ? _sse ?? Interlocked.CompareExchange(ref _sse, Encode(format), null) ?? _sse
        : Others()[(int)format] ?? Interlocked.CompareExchange(ref Others()[(int)format], Encode(format), null) ?? Others()[(int)format]!;

    private byte[]?[] Others() => _others ?? Interlocked.CompareExchange(ref _others, new byte[EventFrames.FormatCount][], null) ?? _others;

    private byte[] Encode(EventFormat format)
    {
        ArrayBufferWriter<byte> scratch = _scratch ??= new ArrayBufferWriter<byte>(4_096);
        scratch.ResetWrittenCount();
        var view = new EventView
        {
            Position = Position,
            TimeUnixMs = TimeUnixMs,
            Topic = Topic.Name,
            Alternates = Event.Alternates,
            Type = Event.Type,
            Key = Event.Key,
            ContentType = Event.ContentType,
            Attributes = Event.Attributes,
            Id = Event.Id,
            RetryMs = Event.RetryMs,
            IsPrivate = Event.IsPrivate,
            Data = Event.Data.Span,
        };
        EventFrames.Write(scratch, format, in view);
        return Protocol.Framing.Chunk.Of(scratch.WrittenSpan);
    }
}
