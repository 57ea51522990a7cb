using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Longwave.Client.Publishing;

/// <summary>Writes a batch as lines of CloudEvents, which a hub appends as a whole.</summary>
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

    /// <summary>The id is only required by the format: the request's idempotency key and the place in the batch name the event.</summary>
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

        // Under a JSON media type a string would be JSON, quotes included; base64 brings the bytes as they are, whatever they are.
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
