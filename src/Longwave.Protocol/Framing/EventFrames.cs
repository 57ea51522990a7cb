using System.Buffers;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Json;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Framing;

/// <summary>Encodes complete frames in every subscriber format. Frames can be concatenated in any number.</summary>
public static class EventFrames
{
    /// <summary>Number of members of <see cref="EventFormat"/>, for tables by format.</summary>
    public const int FormatCount = (int)EventFormat.SseWithTopics + 1;

    /// <summary>Writes one event as one frame.</summary>
    /// <exception cref="ArgumentException">The type contains a line end or NUL; the caller must check <see cref="EventRules"/> first.</exception>
    public static void Write(IBufferWriter<byte> writer, EventFormat format, in EventView e)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (format)
        {
            case EventFormat.Sse:
                EventStreamEncoder.WriteEvent(writer, e);
                break;
            case EventFormat.SseWithIds:
                EventStreamEncoder.WriteEventWithId(writer, e);
                break;
            case EventFormat.SseWithTopics:
                EventStreamEncoder.WriteEventWithTopics(writer, e);
                break;
            case EventFormat.SseCloudEvents:
                var sse = new JsonSink(writer, CloudEventEncoder.EstimateSize(e) + 64);
                EventStreamEncoder.WriteHead(ref sse, e);
                sse.Raw("data: "u8);
                CloudEventEncoder.Write(ref sse, e);
                sse.Raw("\n\n"u8);
                sse.Flush();
                break;
            case EventFormat.Json:
                var json = new JsonSink(writer, JsonEventEncoder.EstimateSize(e));
                JsonEventEncoder.Write(ref json, e);
                json.Raw("\n"u8);
                json.Flush();
                break;
            case EventFormat.JsonCloudEvents:
                var cloud = new JsonSink(writer, CloudEventEncoder.EstimateSize(e));
                CloudEventEncoder.Write(ref cloud, e);
                cloud.Raw("\n"u8);
                cloud.Flush();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, null);
        }
    }

    /// <summary>Writes a control event. Without <paramref name="id"/> it does not change the subscriber's position.</summary>
    /// <param name="writer">Destination.</param>
    /// <param name="format">Format of the stream.</param>
    /// <param name="name">Name with prefix, e.g. <c>longwave.gap</c>.</param>
    /// <param name="jsonData">One JSON object, UTF-8, on one line.</param>
    /// <param name="retryMs">New reconnection time in milliseconds; null keeps the current one. NDJSON sends it as the member <c>retry</c>.</param>
    /// <param name="id">Position that the client takes; null to keep its position. Only event streams send it: in the other formats, an object with an id is an event.</param>
    public static void WriteControl(IBufferWriter<byte> writer, EventFormat format, string name, ReadOnlySpan<byte> jsonData, int? retryMs, Position? id = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(name);
        if (IsEventStream(format))
        {
            if (id is { } position)
            {
                var line = new JsonSink(writer, 64);
                line.Raw("id: "u8);
                WritePosition(ref line, format, position);
                line.Raw("\n"u8);
                line.Flush();
            }

            Span<byte> utf8 = stackalloc byte[EventRules.MaxTypeBytes];
            int length = System.Text.Encoding.UTF8.GetBytes(name, utf8);
            EventStreamEncoder.WriteControl(writer, utf8[..length], jsonData, retryMs);
            return;
        }

        var sink = new JsonSink(writer, 64 + name.Length + (2 * jsonData.Length));
        sink.Raw("{\"type\":"u8);
        sink.Text(name);
        sink.Raw(",\"data\":"u8);
        sink.Text(jsonData);
        if (retryMs is { } ms)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(ms, nameof(retryMs));
            sink.Raw(",\"retry\":"u8);
            sink.Number(ms);
        }

        sink.Raw("}\n"u8);
        sink.Flush();
    }

    /// <summary>Writes the greeting of a stream: its start position and the reconnection time.</summary>
    /// <remarks>No blank line follows, because some clients dispatch an empty event for one.</remarks>
    public static void WriteGreeting(IBufferWriter<byte> writer, EventFormat format, Position position, int retryMs)
    {
        if (IsEventStream(format))
        {
            WriteHeartbeat(writer, format, position);
            EventStreamEncoder.WriteRetry(writer, retryMs);
        }
        else
        {
            WriteTipLine(writer, format, position, retryMs);
        }
    }

    /// <summary>Writes a heartbeat: a comment, or a line of type <c>longwave.tip</c>.</summary>
    /// <param name="writer">Destination.</param>
    /// <param name="format">Format of the stream.</param>
    /// <param name="position">Current position of the stream; null if the hub does not know it yet: the heartbeat is then empty.</param>
    public static void WriteHeartbeat(IBufferWriter<byte> writer, EventFormat format, Position? position)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (!IsEventStream(format))
        {
            WriteTipLine(writer, format, position, retryMs: null);
            return;
        }

        var sink = new JsonSink(writer, 64);
        sink.Raw(":"u8);
        if (position is { } known)
        {
            sink.Raw(" "u8);
            WritePosition(ref sink, format, known);
        }

        sink.Raw("\n"u8);
        sink.Flush();
    }

    private static void WriteTipLine(IBufferWriter<byte> writer, EventFormat format, Position? position, int? retryMs)
    {
        var sink = new JsonSink(writer, 64);
        sink.Raw("{\"type\":\"longwave.tip\",\"data\":\""u8);
        if (position is { } known)
        {
            WritePosition(ref sink, format, known);
        }

        sink.Raw("\""u8);
        if (retryMs is { } ms)
        {
            sink.Raw(",\"retry\":"u8);
            sink.Number(ms);
        }

        sink.Raw("}\n"u8);
        sink.Flush();
    }

    /// <summary>Writes a position as a client sends it back: with the mark that distinguishes it from a publisher's id, in the format that has these.</summary>
    private static void WritePosition(ref JsonSink sink, EventFormat format, Position position)
    {
        sink.Raw(format == EventFormat.SseWithIds ? [(byte)EventRules.PositionMark] : ""u8);
        sink.Position(position);
    }

    /// <summary>Whether the frames of a format contain the topics of their event.</summary>
    /// <param name="format">Format of the frames.</param>
    public static bool HasTopics(EventFormat format) => format is not (EventFormat.Sse or EventFormat.SseWithIds);

    private static bool IsEventStream(EventFormat format) => format is not (EventFormat.Json or EventFormat.JsonCloudEvents);
}
