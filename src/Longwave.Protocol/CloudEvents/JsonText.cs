using System.Text.Json;

namespace Longwave.Protocol.CloudEvents;

/// <summary>Recognizes data that an envelope can embed as JSON.</summary>
public static class JsonText
{
    /// <summary>Media type of JSON data.</summary>
    public const string ContentType = "application/json";

    // Readers commonly stop at 64 levels of nesting. The event adds one, and the answer of a poll two more.
    private static readonly JsonReaderOptions EmbeddedData = new() { MaxDepth = 60 };

    /// <summary>
    /// Whether data without a media type is JSON: an object or an array. Numbers, quoted strings and words such as <c>true</c> stay text: otherwise the type of
    /// the data of a text topic would depend on each text.
    /// </summary>
    public static bool IsObjectOrArray(ReadOnlySpan<byte> data) =>
        data.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..] && IsValue(data);

    /// <summary>Whether the data is exactly one JSON value.</summary>
    public static bool IsValue(ReadOnlySpan<byte> data)
    {
        // Cheap checks first: one exception per event of plain text with a JSON media type would slow down the whole hub.
        byte first = data.TrimStart(" \t\r\n"u8) is [var b, ..] ? b : (byte)0;
        if (first is not ((byte)'{' or (byte)'[' or (byte)'"' or (byte)'-' or (byte)'t' or (byte)'f' or (byte)'n' or (>= (byte)'0' and <= (byte)'9')))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(data, EmbeddedData);
            while (reader.Read())
            {
                // Reading to the end validates the JSON.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
