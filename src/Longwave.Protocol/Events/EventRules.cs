using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Longwave.Protocol.Events;

/// <summary>Rules for the fields of an event. Every event that passes can be written to any stream without escaping.</summary>
public static class EventRules
{
    /// <summary>Maximum length of a topic, in bytes of UTF-8.</summary>
    public const int MaxTopicBytes = 1024;

    /// <summary>Maximum length of a type, in bytes of UTF-8.</summary>
    public const int MaxTypeBytes = 256;

    /// <summary>Maximum length of a publisher's id, in bytes of UTF-8; ids are sent in a request header.</summary>
    public const int MaxIdBytes = 1024;

    /// <summary>Reserved first character of ids: the hub writes it before a position where an event has no id.</summary>
    public const char PositionMark = '#';

    /// <summary>Reserved id that means "before the first event".</summary>
    public const string EarliestId = "earliest";

    /// <summary>Maximum length of a key, in bytes of UTF-8.</summary>
    public const int MaxKeyBytes = 1024;

    /// <summary>Maximum number of alternate topics per event: each is a row of the topic index.</summary>
    public const int MaxAlternates = 999;

    /// <summary>Maximum length of a media type, in bytes.</summary>
    public const int MaxContentTypeBytes = 256;

    /// <summary>Maximum size of the attributes object, in bytes of UTF-8.</summary>
    public const int MaxAttributesBytes = 16 * 1024;

    /// <summary>Reserved prefix of types: the hub's control events (<c>longwave.gap</c> and so on).</summary>
    public const string ReservedTypePrefix = "longwave.";

    /// <summary>Type of the event that completes its topic: the only type with the reserved prefix that a publisher may use.</summary>
    public const string CompletionType = "longwave.complete";

    /// <summary>Reserved topic: as a selector it means every topic, so it cannot be published to.</summary>
    public const string AnyTopic = "*";

    /// <summary>Checks a whole event.</summary>
    /// <param name="e">The event.</param>
    /// <param name="maxDataBytes">Maximum length of <see cref="Event.Data"/>, in bytes.</param>
    /// <returns>Null if the event is valid, otherwise the first problem.</returns>
    public static EventProblem? Check(Event e, int maxDataBytes)
    {
        ArgumentNullException.ThrowIfNull(e);
        return CheckTopic(e.Topic)
            ?? (e.Alternates.Count == 0 ? null : CheckAlternates(e.Alternates, e.IsCompletion))
            ?? (e.Type is null ? null : CheckType(e.Type))
            ?? (e.Id is null ? null : CheckId(e.Id))
            ?? (e.Key is null ? null : CheckKey(e.Key))
            ?? (e.ContentType is null ? null : CheckContentType(e.ContentType))
            ?? (e.Attributes is null ? null : CheckAttributes(e.Attributes))
            ?? (e.RetryMs is null or >= 0 ? null : new EventProblem("retry", "'retry' must not be negative. Give the reconnection time in milliseconds, or omit it.", EventProblemKind.Invalid))
            ?? CheckData(e.Data.Span, maxDataBytes);
    }

    /// <summary>Whether a type is that of the event that completes its topic.</summary>
    /// <param name="type">The type; null for none.</param>
    public static bool IsCompletion(string? type) => string.Equals(type, CompletionType, StringComparison.Ordinal);

    /// <summary>
    /// The event as the hub appends it: the data of a completion names its topic, for streams whose format has no topics, whatever the publisher sent.
    /// </summary>
    /// <param name="e">An event.</param>
    public static Event Normalize(Event e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e.IsCompletion ? e with { Key = null, ContentType = "application/json", Data = CompletionData(e.Topic) } : e;
    }

    /// <summary>Checks a topic: 1 to <see cref="MaxTopicBytes"/> bytes, no control characters, not <c>*</c>.</summary>
    public static EventProblem? CheckTopic(ReadOnlySpan<char> topic) => CheckTopic("topic", topic);

    /// <summary>Checks a type: 1 to <see cref="MaxTypeBytes"/> bytes, no control characters, no reserved prefix.</summary>
    public static EventProblem? CheckType(ReadOnlySpan<char> type)
    {
        if (CheckText("type", type, MaxTypeBytes) is { } problem)
        {
            return problem;
        }

        return type.StartsWith(ReservedTypePrefix, StringComparison.Ordinal) && !type.SequenceEqual(CompletionType)
            ? new EventProblem("type", "Types that start with 'longwave.' are reserved for control events of the hub. Use another type.", EventProblemKind.Invalid)
            : null;
    }

    /// <summary>Checks a publisher's id: 1 to <see cref="MaxIdBytes"/> bytes, no control characters, no <c>#</c> as first character, not <c>earliest</c>.</summary>
    public static EventProblem? CheckId(ReadOnlySpan<char> id)
    {
        if (CheckText("id", id, MaxIdBytes) is { } problem)
        {
            return problem;
        }

        return id[0] == PositionMark
            ? new EventProblem("id", "Ids that start with '#' are reserved for the hub. Use another id, or omit it.", EventProblemKind.Invalid)
            : id is EarliestId
                ? new EventProblem("id", "The id 'earliest' is reserved: it requests all stored events. Use another id, or omit it.", EventProblemKind.Invalid)
                : null;
    }

    /// <summary>Checks a key: 1 to <see cref="MaxKeyBytes"/> bytes, no control characters.</summary>
    public static EventProblem? CheckKey(ReadOnlySpan<char> key) => CheckText("key", key, MaxKeyBytes);

    /// <summary>Checks a media type: 1 to <see cref="MaxContentTypeBytes"/> printable ASCII characters.</summary>
    public static EventProblem? CheckContentType(ReadOnlySpan<char> contentType)
    {
        if (CheckText("datacontenttype", contentType, MaxContentTypeBytes) is { } problem)
        {
            return problem;
        }

        return Ascii.IsValid(contentType)
            ? null
            : new EventProblem("datacontenttype", "A media type must be ASCII, e.g. application/json.", EventProblemKind.Invalid);
    }

    /// <summary>Checks data: at most <paramref name="maxDataBytes"/> bytes of valid UTF-8.</summary>
    public static EventProblem? CheckData(ReadOnlySpan<byte> data, int maxDataBytes)
    {
        if (data.Length > maxDataBytes)
        {
            return new EventProblem(
                "data", $"The data has {data.Length} bytes; the limit is {maxDataBytes}. Publish less data, or a link to the data.", EventProblemKind.TooLarge);
        }

        return Utf8.IsValid(data)
            ? null
            : new EventProblem(
                "data", "The data is not valid UTF-8. Server-Sent Events carry text: encode binary data, e.g. as base64.", EventProblemKind.NotUtf8);
    }

    /// <summary>Checks a short text field: not empty, at most <paramref name="maxBytes"/> bytes as UTF-8, no control characters (C0, DEL, C1), no lone surrogates.</summary>
    /// <param name="field">Field name for the problem.</param>
    /// <param name="text">The text to check.</param>
    /// <param name="maxBytes">Maximum length in bytes of UTF-8.</param>
    public static EventProblem? CheckText(string field, ReadOnlySpan<char> text, int maxBytes)
    {
        if (text.IsEmpty)
        {
            return new EventProblem(field, $"'{field}' is empty. Give it a value or omit it.", EventProblemKind.Invalid);
        }

        // One vectorized pass accepts printable ASCII, which covers nearly all topics and types.
        if (text.Length <= maxBytes && text.IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            return null;
        }

        return CheckUnusualText(field, text, maxBytes);
    }

    private static EventProblem? CheckUnusualText(string field, ReadOnlySpan<char> text, int maxBytes)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsControl(c))
            {
                return new EventProblem(
                    field, $"'{field}' contains the control character U+{(int)c:X4} at index {i}. Remove it.", EventProblemKind.Invalid);
            }

            if (char.IsSurrogate(c))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(c, text[i + 1]))
                {
                    return new EventProblem(
                        field, $"'{field}' contains half of a surrogate pair at index {i}, which is not a character.", EventProblemKind.Invalid);
                }

                i++;
            }
        }

        int bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= maxBytes
            ? null
            : new EventProblem(field, $"'{field}' has {bytes} bytes as UTF-8; the limit is {maxBytes}.", EventProblemKind.TooLarge);
    }

    private static EventProblem? CheckTopic(string field, ReadOnlySpan<char> topic)
    {
        if (CheckText(field, topic, MaxTopicBytes) is { } problem)
        {
            return problem;
        }

        return topic is AnyTopic
            ? new EventProblem(field, "'*' selects all topics and is not a topic. Publish to one topic.", EventProblemKind.Invalid)
            : null;
    }

    private static byte[] CompletionData(string topic) =>
        Encoding.UTF8.GetBytes($$"""{"topic":"{{JsonEncodedText.Encode(topic, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}}"}""");

    private static EventProblem? CheckAlternates(IReadOnlyList<string> alternates, bool isCompletion)
    {
        if (isCompletion)
        {
            return new EventProblem("topic", "An event completes one topic. Complete each topic with an event of its own.", EventProblemKind.Invalid);
        }

        if (alternates.Count > MaxAlternates)
        {
            return new EventProblem(
                "topic", $"The event has {alternates.Count} alternate topics; the limit is {MaxAlternates}.", EventProblemKind.TooLarge);
        }

        foreach (string alternate in alternates)
        {
            if (CheckTopic("topic", alternate) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>Checks attributes: they are copied into frames unchanged, so they must be one JSON object on one line.</summary>
    private static EventProblem? CheckAttributes(string attributes)
    {
        if (CheckText("attributes", attributes, MaxAttributesBytes) is { } problem)
        {
            return problem;
        }

        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(attributes.Length));
        try
        {
            int length = Encoding.UTF8.GetBytes(attributes, utf8);
            var reader = new Utf8JsonReader(utf8.AsSpan(0, length));
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                reader.Skip();
                if (!reader.Read())
                {
                    return null;
                }
            }
        }
        catch (JsonException)
        {
            // The code below reports the problem.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }

        return new EventProblem("attributes", "The attributes must be one JSON object.", EventProblemKind.Invalid);
    }
}
