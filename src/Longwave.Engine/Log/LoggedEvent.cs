using System.Buffers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Log;

/// <summary>A committed event in memory, with its frames. Each frame is encoded once, on first need, and shared by every subscriber.</summary>
internal sealed class LoggedEvent(Event published, Topic topic, Topic[] alternates, Position position, long timeUnixMs)
{
    /// <summary>Memory cost of an event besides its data, in bytes: objects, short strings, the fields of the frame.</summary>
    private const int Overhead = 320;

    /// <summary>Bytes per character of text: two in its string and at least one in a frame.</summary>
    private const int BytesPerCharacter = 3;

    /// <summary>Memory cost of an alternate topic besides its text, in bytes: an entry in two arrays, a string object, a name in the frame.</summary>
    private const int AlternateOverhead = 48;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    private byte[]? _sse;
    private byte[]?[]? _others;

    public Event Event { get; } = published;

    public Topic Topic { get; } = topic;

    public Topic[] Alternates { get; } = alternates;

    /// <summary>Whether the event is in storage: at least one of its topics is durable.</summary>
    public bool IsStored { get; } = !topic.InMemory || Array.Exists(alternates, static alternate => !alternate.InMemory);

    public Position Position { get; } = position;

    public long Offset => Position.Offset;

    public long TimeUnixMs { get; } = timeUnixMs;

    /// <summary>Sequence in the hot tail, set when the event is added to it.</summary>
    public long Sequence { get; set; }

    /// <summary>Size in the hot tail, in bytes.</summary>
    public long Size { get; } = SizeOf(published);

    /// <summary>Size of an event in the hot tail, in bytes: its data, one frame of it, and the text of long fields.</summary>
    public static long SizeOf(Event e)
    {
        long characters = (e.Key?.Length ?? 0) + (e.Id?.Length ?? 0) + (e.Attributes?.Length ?? 0);
        for (int i = 0; i < e.Alternates.Count; i++)
        {
            characters += e.Alternates[i].Length;
        }

        return Overhead + (2L * e.Data.Length) + (BytesPerCharacter * characters) + (AlternateOverhead * (long)e.Alternates.Count);
    }

    /// <summary>The frame of the event in a format, as a chunk. Two threads may encode at once; both return the same array.</summary>
    /// <remarks>
    /// The exchange publishes only complete arrays, and their bytes are read only through the reference, so a plain read of the field is sufficient.
    /// </remarks>
    public byte[] Chunk(EventFormat format) => format == EventFormat.Sse
        ? _sse ?? Interlocked.CompareExchange(ref _sse, Encode(format), null) ?? _sse
        : Others()[(int)format] ?? Interlocked.CompareExchange(ref Others()[(int)format], Encode(format), null) ?? Others()[(int)format]!;

    private byte[]?[] Others() => _others ?? Interlocked.CompareExchange(ref _others, new byte[EventFrames.FormatCount][], null) ?? _others;

    /// <summary>Appends the frame as a chunk, with other topics than the event has.</summary>
    public void WriteChunk(IBufferWriter<byte> writer, EventFormat format, string topic, IReadOnlyList<string> alternates) =>
        Protocol.Framing.Chunk.Write(writer, Encode(format, topic, alternates));

    private byte[] Encode(EventFormat format) => Protocol.Framing.Chunk.Of(Encode(format, Topic.Name, Event.Alternates));

    /// <summary>The frame, valid until the next call on this thread.</summary>
    private ReadOnlySpan<byte> Encode(EventFormat format, string topic, IReadOnlyList<string> alternates)
    {
        ArrayBufferWriter<byte> scratch = _scratch ??= new ArrayBufferWriter<byte>(4_096);
        scratch.ResetWrittenCount();
        var view = new EventView
        {
            Position = Position,
            TimeUnixMs = TimeUnixMs,
            Topic = topic,
            Alternates = alternates,
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
        return scratch.WrittenSpan;
    }
}
