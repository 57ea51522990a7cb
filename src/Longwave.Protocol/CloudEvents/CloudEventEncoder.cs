using System.Buffers;
using System.Text;
using System.Text.Json;
using Longwave.Protocol.Events;
using Longwave.Protocol.Json;

namespace Longwave.Protocol.CloudEvents;

/// <summary>Writes an event as one CloudEvents 1.0.2 JSON object (JSON event format), on one line without a line end.</summary>
/// <remarks>
/// Attributes of the publisher are kept (id, source, time, subject, dataschema, extensions). An event not published as a CloudEvent gets its
/// position as <c>id</c>, <c>/v1/events</c> as <c>source</c> and the append time as <c>time</c>. Longwave adds the extension attributes
/// <c>topic</c>, <c>key</c>, <c>position</c> and, if true, <c>private</c>. Data of a JSON media type is embedded as JSON if it parses, otherwise as base64;
/// line ends between its values become spaces. Other data is a string.
/// </remarks>
public static class CloudEventEncoder
{
    /// <summary>Media type of an event that was not published as a CloudEvent and has none: without it, readers would take a string for JSON.</summary>
    private const string Text = "text/plain";

    /// <summary>Writes one event.</summary>
    public static void Write(IBufferWriter<byte> writer, in EventView e)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var sink = new JsonSink(writer, EstimateSize(e));
        Write(ref sink, e);
        sink.Flush();
    }

    internal static int EstimateSize(in EventView e) =>
        256 + (2 * e.Topic.Length) + (e.Attributes?.Length ?? 0) + e.Data.Length + (e.Data.Length / 8);

    internal static void Write(ref JsonSink sink, in EventView e)
    {
        sink.Raw("{\"specversion\":\"1.0\""u8);
        WriteContext(ref sink, e);
        sink.Raw(",\"type\":"u8);
        sink.Text(string.IsNullOrEmpty(e.Type) ? "message" : e.Type);
        string? contentType = e.ContentType ?? (e.Attributes is null ? Text : null);
        if (contentType is not null)
        {
            sink.Raw(",\"datacontenttype\":"u8);
            sink.Text(contentType);
        }

        sink.Raw(",\"topic\":"u8);
        sink.Text(e.Topic);
        if (e.Key is { } key)
        {
            sink.Raw(",\"key\":"u8);
            sink.Text(key);
        }

        if (e.IsPrivate)
        {
            sink.Raw(",\"private\":true"u8);
        }

        sink.Raw(",\"position\":\""u8);
        sink.Position(e.Position);
        sink.Raw("\""u8);
        WriteData(ref sink, e, contentType);
        sink.Raw("}"u8);
    }

    /// <summary>Writes the stored attributes, then id, source and time where they are absent.</summary>
    private static void WriteContext(ref JsonSink sink, in EventView e)
    {
        Given given = e.Attributes is null ? Given.None : WriteAttributes(ref sink, e.Attributes);
        if ((given & Given.Id) == Given.None)
        {
            sink.Raw(",\"id\":\""u8);
            sink.Position(e.Position);
            sink.Raw("\""u8);
        }

        if ((given & Given.Source) == Given.None)
        {
            sink.Raw(",\"source\":\"/v1/events\""u8);
        }

        if ((given & Given.Time) == Given.None)
        {
            sink.Raw(",\"time\":"u8);
            sink.Time(e.TimeUnixMs);
        }
    }

    private static Given WriteAttributes(ref JsonSink sink, string attributes)
    {
        var given = Given.None;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(attributes.Length));
        int length = Encoding.UTF8.GetBytes(attributes, buffer);
        ReadOnlySpan<byte> json = buffer.AsSpan(0, length);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> name = reader.ValueSpan;
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (IsOurs(name))
            {
                continue;
            }

            sink.Raw(",\""u8);
            sink.Raw(name);
            sink.Raw("\":"u8);
            sink.RawJsonOnOneLine(json[start..(int)reader.BytesConsumed]);
            given |= name.SequenceEqual("id"u8) ? Given.Id
                : name.SequenceEqual("source"u8) ? Given.Source
                : name.SequenceEqual("time"u8) ? Given.Time
                : Given.None;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return given;
    }

    /// <summary>Whether <see cref="Write(ref JsonSink, in EventView)"/> writes this name itself; a name must not occur twice in one object.</summary>
    private static bool IsOurs(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("specversion"u8) || name.SequenceEqual("type"u8) || name.SequenceEqual("datacontenttype"u8)
        || name.SequenceEqual("topic"u8) || name.SequenceEqual("key"u8) || name.SequenceEqual("position"u8)
        || name.SequenceEqual("private"u8) || name.SequenceEqual("data"u8) || name.SequenceEqual("data_base64"u8);

    /// <summary>
    /// Writes the data so that a reader of the media type gets the same bytes: as JSON if it is JSON, as a string if it is text, and as base64 if the media type is
    /// JSON (the default of the format) and the data is not, because a string would then be read as JSON.
    /// </summary>
    private static void WriteData(ref JsonSink sink, in EventView e, string? contentType)
    {
        bool isJson = contentType is null || MediaType.IsJson(contentType);
        if (e.Data.IsEmpty && (isJson || e.Attributes is not null))
        {
            return; // The event has no data; an empty JSON string would consist of two quotes.
        }

        if (!isJson)
        {
            sink.Raw(",\"data\":"u8);
            sink.Text(e.Data);
        }
        else if (JsonText.IsValue(e.Data))
        {
            sink.Raw(",\"data\":"u8);
            sink.RawJsonOnOneLine(e.Data);
        }
        else
        {
            sink.Raw(",\"data_base64\":\""u8);
            sink.Base64(e.Data);
            sink.Raw("\""u8);
        }
    }

    [Flags]
    private enum Given
    {
        None = 0,
        Id = 1,
        Source = 2,
        Time = 4,
    }
}
