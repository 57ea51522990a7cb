using System.Buffers;
using System.Text.Json;
using Longwave.Protocol.Positions;
using Longwave.Server.Http;

namespace Longwave.Server.Subscribe;

/// <summary>The document that answers a poll: <c>{"events":[…],"next":"position"}</c>, and <c>"notices":[…]</c> when there are any.</summary>
internal static class PollAnswer
{
    /// <summary>Writes the document; null when no position is known at which the next poll could resume without a loss.</summary>
    public static ReadOnlyMemory<byte>? TryWrite(PollSink sink)
    {
        string? next = sink.Events.Count > 0 ? PositionOf(sink.Events[^1]) : sink.Position?.ToString();
        if (next is null)
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, JsonAnswer.WriterOptions))
        {
            json.WriteStartObject();
            WriteObjects(json, "events"u8, sink.Events);
            json.WriteString("next"u8, next);
            if (sink.Notices.Count > 0)
            {
                WriteObjects(json, "notices"u8, sink.Notices);
            }

            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    private static void WriteObjects(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<byte[]> objects)
    {
        json.WriteStartArray(name);
        foreach (byte[] item in objects)
        {
            json.WriteRawValue(item, skipInputValidation: true);
        }

        json.WriteEndArray();
    }

    /// <summary>Position of an event: member <c>position</c> of a CloudEvent, otherwise <c>id</c> of the native object.</summary>
    private static string? PositionOf(ReadOnlySpan<byte> json)
    {
        string? id = null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isPosition = reader.ValueTextEquals("position"u8);
            bool isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isPosition && reader.TokenType == JsonTokenType.String)
            {
                return reader.GetString();
            }

            if (isId)
            {
                id = reader.GetString();
            }

            reader.Skip();
        }

        return id is not null && Position.TryParse(id, out _) ? id : null;
    }
}
