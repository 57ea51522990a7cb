using System.Text.Json;
using System.Text.Unicode;
using Longwave.Protocol.Events;

namespace Longwave.Protocol.CloudEvents;

/// <summary>Reads CloudEvents 1.0.2: JSON event format, JSON batch format, and the binary mode of the HTTP binding.</summary>
/// <remarks>
/// The reader checks that the input is a CloudEvent with a topic. It does not check limits and field rules: call
/// <see cref="EventRules.Check"/> afterwards, as for every event.
/// </remarks>
public static class CloudEventReader
{
    /// <summary>Maximum number of extension attributes per event.</summary>
    public const int MaxExtensions = 64;

    /// <summary>Maximum nesting of the JSON, data included.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads one event in the JSON event format (<c>application/cloudevents+json</c>, or a line of NDJSON).</summary>
    /// <param name="json">The JSON text; the reader keeps no reference to it.</param>
    /// <param name="defaults">Topic and key of an event without them.</param>
    /// <param name="e">The event.</param>
    /// <param name="id">Its source and id.</param>
    /// <param name="problem">Why it is not a valid CloudEvent; names the attribute.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> json, CloudEventDefaults defaults, out Event? e, out CloudEventIdentity id, out EventProblem? problem)
    {
        e = null;
        id = default;
        if (!Utf8.IsValid(json))
        {
            problem = NotUtf8();
            return false;
        }

        try
        {
            json = WithoutByteOrderMark(json);
            var reader = new Utf8JsonReader(json, Options);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                problem = new EventProblem("body", "A CloudEvent must be one JSON object.", EventProblemKind.Invalid);
                return false;
            }

            if (!CloudEventObject.TryRead(ref reader, json, defaults, out e, out id, out problem))
            {
                return false;
            }

            reader.Read(); // Throws if anything follows the object.
            return true;
        }
        catch (JsonException failure)
        {
            e = null;
            id = default;
            problem = Malformed(failure);
            return false;
        }
    }

    /// <summary>Reads a batch (<c>application/cloudevents-batch+json</c>): all events or no event.</summary>
    /// <param name="json">The JSON array; the reader keeps no reference to it.</param>
    /// <param name="defaults">Topic and key of events without them.</param>
    /// <param name="events">The events in order; empty on a problem, and for an empty array.</param>
    /// <param name="problem">The first problem, with the index of its event.</param>
    public static bool TryReadBatch(
        ReadOnlySpan<byte> json, CloudEventDefaults defaults, out List<ParsedCloudEvent> events, out EventProblem? problem)
    {
        events = [];
        try
        {
            problem = Utf8.IsValid(json) ? ReadBatch(WithoutByteOrderMark(json), defaults, events) : NotUtf8();
        }
        catch (JsonException failure)
        {
            problem = Malformed(failure) with { Index = events.Count };
        }

        if (problem is not null)
        {
            events.Clear();
        }

        return problem is null;
    }

    /// <summary>Reads the binary mode of the HTTP binding: attributes in <c>ce-*</c> headers, data in the body.</summary>
    /// <param name="headers">All headers of the request, or those that begin with <c>ce-</c>; names in any case.</param>
    /// <param name="contentType">The <c>Content-Type</c> header, which becomes the datacontenttype; null if absent.</param>
    /// <param name="body">The body; becomes the event's data without a copy.</param>
    /// <param name="defaults">Topic and key of an event without them.</param>
    /// <param name="e">The event.</param>
    /// <param name="id">Its source and id.</param>
    /// <param name="problem">Why it is not a valid CloudEvent; names the header.</param>
    public static bool TryReadBinary(
        IEnumerable<KeyValuePair<string, string>> headers,
        string? contentType,
        ReadOnlyMemory<byte> body,
        CloudEventDefaults defaults,
        out Event? e,
        out CloudEventIdentity id,
        out EventProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return CloudEventHeaders.TryRead(headers, contentType, body, defaults, out e, out id, out problem);
    }

    private static EventProblem? ReadBatch(ReadOnlySpan<byte> json, CloudEventDefaults defaults, List<ParsedCloudEvent> events)
    {
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return new EventProblem("body", "A batch of CloudEvents must be one JSON array.", EventProblemKind.Invalid);
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return new EventProblem("body", "A CloudEvent must be one JSON object.", EventProblemKind.Invalid) { Index = events.Count };
            }

            if (!CloudEventObject.TryRead(ref reader, json, defaults, out Event? e, out CloudEventIdentity id, out EventProblem? problem))
            {
                return problem! with { Index = events.Count };
            }

            events.Add(new ParsedCloudEvent(e!, id));
        }

        reader.Read(); // Throws if anything follows the array.
        return null;
    }

    /// <summary>Removes a byte order mark. RFC 8259 section 8.1 lets a reader ignore it, and some editors write it.</summary>
    private static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> json) => json.StartsWith("\uFEFF"u8) ? json[3..] : json;

    private static EventProblem NotUtf8() => new("body", "The body is not valid UTF-8; JSON must be UTF-8.", EventProblemKind.NotUtf8);

    private static EventProblem Malformed(JsonException failure) => new(
        "body",
        $"The body is not valid JSON: line {(failure.LineNumber ?? 0) + 1}, byte {(failure.BytePositionInLine ?? 0) + 1}.",
        EventProblemKind.Invalid);
}
