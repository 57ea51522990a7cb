using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Longwave.Client.Publishing;

/// <summary>Encodes a batch as one CloudEvents object per line; a hub appends the batch atomically.</summary>
internal static class CloudEventLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<OutgoingEvent> events)
    {
        var body = new ArrayBufferWriter<byte>(events.Sum(static e => e.Data.Length + 256));
        using var json = new Utf8JsonWriter(body, Options);
        for (int i = 0; i < events.Count; i++)
        {
            Write(json, events[i], i);
            json.Flush();
            body.Write("\n"u8);
            json.Reset();
        }

        return body.WrittenMemory;
    }

    /// <summary>Writes one event. The format requires an id; the hub identifies the event by the request's idempotency key and its index in the batch.</summary>
    private static void Write(Utf8JsonWriter json, OutgoingEvent e, int index)
    {
        json.WriteStartObject();
        json.WriteString("specversion"u8, "1.0"u8);
        json.WriteString("id"u8, index.ToString(CultureInfo.InvariantCulture));
        json.WriteString("source"u8, "/longwave/client"u8);
        json.WriteString("type"u8, e.Type ?? "message");
        json.WriteString("topic"u8, e.Topic);
        if (e.Key is not null)
        {
            json.WriteString("key"u8, e.Key);
        }

        // A string under a JSON media type is JSON itself, with its quotes. Base64 preserves the bytes in every case.
        json.WriteString("datacontenttype"u8, e.ContentType ?? "text/plain");
        if (e.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true)
        {
            json.WriteBase64String("data_base64"u8, e.Data.Span);
        }
        else
        {
            json.WriteString("data"u8, e.Data.Span);
        }

        json.WriteEndObject();
    }
}
