using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;

namespace Longwave.Publish;

/// <summary>Writes an event as one CloudEvents JSON object.</summary>
internal sealed class BulkEventWriter(EventDefaults defaults)
{
    private const string Text = "text/plain";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes one event.</summary>
    /// <param name="writer">Destination.</param>
    /// <param name="number">Line number.</param>
    /// <param name="members">Members that the line gives; the defaults supply the others.</param>
    /// <param name="data">Event data as valid UTF-8.</param>
    /// <param name="dataIsJson">Whether the data is JSON on one line, to be embedded unchanged.</param>
    /// <returns>What is wrong with the event, or null.</returns>
    public string? Write(IBufferWriter<byte> writer, long number, in EventMembers members, ReadOnlySpan<byte> data, bool dataIsJson)
    {
        string? contentType = members.ContentType ?? defaults.ContentType ?? (dataIsJson ? "application/json" : Text);
        var e = new Event
        {
            Topic = members.Topic ?? defaults.Topic ?? "",
            Type = members.Type ?? defaults.Type,
            Key = members.Key ?? defaults.Key,
            ContentType = contentType,
        };
        if (e.Topic.Length == 0)
        {
            return "the event has no topic, and the command line gives none";
        }

        if (EventRules.Check(e, int.MaxValue) is { } problem)
        {
            return problem.Detail;
        }

        using var json = new Utf8JsonWriter(writer, Options);
        json.WriteStartObject();
        json.WriteString("specversion"u8, "1.0"u8);
        json.WriteString("id"u8, members.Id ?? string.Create(CultureInfo.InvariantCulture, $"{defaults.Run}/{number}"));
        json.WriteString("source"u8, defaults.Source);
        json.WriteString("type"u8, e.Type ?? "message");
        WriteIfThere(json, "time"u8, members.Time);
        json.WriteString("topic"u8, e.Topic);
        WriteIfThere(json, "key"u8, e.Key);
        json.WriteString("datacontenttype"u8, contentType);
        WriteData(json, data, dataIsJson, contentType);
        json.WriteEndObject();
        return null;
    }

    /// <summary>Writes the data. A CloudEvents string with a JSON media type would become a JSON string with quotes; base64 preserves the bytes.</summary>
    private static void WriteData(Utf8JsonWriter json, ReadOnlySpan<byte> data, bool dataIsJson, string contentType)
    {
        bool jsonType = contentType.Contains("json", StringComparison.OrdinalIgnoreCase);
        if (dataIsJson && jsonType)
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(data, skipInputValidation: true);
        }
        else if (jsonType)
        {
            json.WriteBase64String("data_base64"u8, data);
        }
        else
        {
            json.WriteString("data"u8, data);
        }
    }

    private static void WriteIfThere(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
