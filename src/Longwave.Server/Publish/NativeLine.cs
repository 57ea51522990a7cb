using System.Text;
using System.Text.Json;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;
using Longwave.Server.Http;

namespace Longwave.Server.Publish;

/// <summary>A line of NDJSON without <c>specversion</c>: <c>{"topic":…,"data":…}</c> with the optional members <c>type</c>, <c>key</c>, <c>id</c>, <c>contenttype</c>, <c>private</c> and <c>complete</c>.</summary>
/// <param name="Event">The event; null for a line that only completes its topic.</param>
/// <param name="Completion">The event that completes the topic after <paramref name="Event"/>, or null.</param>
/// <param name="Id">Idempotency key of this line, or null.</param>
internal readonly record struct NativeLine(Event? Event, Event? Completion, string? Id)
{
    private const string Members = "topic, data, type, key, id, contenttype, private, complete";
    private static readonly string[] Names = Members.Split(", ");

    /// <summary>Whether the line is a JSON object without the member <c>specversion</c>, which every CloudEvent has.</summary>
    public static bool IsNative(ReadOnlySpan<byte> line)
    {
        if (line is not [(byte)'{', ..] || !JsonText.IsValue(line))
        {
            return false;
        }

        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("specversion"u8))
            {
                return false;
            }

            reader.Skip();
        }

        return true;
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">JSON object; validated by <see cref="IsNative"/>.</param>
    /// <param name="defaults">Topic, key and privacy of a line without them.</param>
    /// <param name="native">The event.</param>
    /// <returns>What is wrong, or null.</returns>
    public static EventProblem? TryRead(ReadOnlySpan<byte> line, CloudEventDefaults defaults, out NativeLine native)
    {
        native = default;
        var reader = new Utf8JsonReader(line);
        using var document = JsonDocument.ParseValue(ref reader);
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        JsonElement data = default;
        (bool isPrivate, bool completes) = (defaults.IsPrivate, false);
        try
        {
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                if (!texts.TryAdd(member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null))
                {
                    return Wrong(member.Name, $"`{member.Name}` occurs twice.");
                }

                switch (member.Name)
                {
                    case "data":
                        data = member.Value;
                        break;
                    case "private" when member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                        isPrivate = member.Value.GetBoolean();
                        break;
                    case "complete" when member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                        completes = member.Value.GetBoolean();
                        break;
                    case "private" or "complete":
                        return Wrong(member.Name, $"`{member.Name}` must be true or false.");
                    default:
                        if (CheckText(member) is { } problem)
                        {
                            return problem;
                        }

                        break;
                }
            }

            bool isText = data.ValueKind is JsonValueKind.String or JsonValueKind.Undefined or JsonValueKind.Null;
            string topic = texts.GetValueOrDefault("topic") ?? defaults.Topic ?? "";
            native = new NativeLine(
                completes && data.ValueKind == JsonValueKind.Undefined ? null : new Event
                {
                    Topic = topic,
                    Type = texts.GetValueOrDefault("type"),
                    Key = texts.GetValueOrDefault("key") ?? defaults.Key,
                    ContentType = texts.GetValueOrDefault("contenttype") ?? (isText ? "text/plain" : JsonText.ContentType),
                    IsPrivate = isPrivate,
                    Data = Encoding.UTF8.GetBytes(isText ? texts.GetValueOrDefault("data") ?? "" : data.GetRawText()),
                },
                completes ? Event.Completion(topic, isPrivate) : null,
                texts.GetValueOrDefault("id"));
            return topic.Length > 0 ? null : Wrong("topic", "The line has no topic: add the member `topic`, or name a default with `?topic=NAME`.");
        }
        catch (InvalidOperationException)
        {
            return Wrong("body", "The line contains half of a surrogate pair, which is not a character.");
        }
    }

    private static EventProblem? CheckText(JsonProperty member)
    {
        if (!Names.Contains(member.Name))
        {
            string hint = Suggestion.Nearest(member.Name, Names) is { } near ? $"did you mean `{near}`?" : $"a line has {Members}. All other attributes need a CloudEvent, which has `specversion`.";
            return Wrong(member.Name, $"Unknown member `{member.Name}`: {hint}");
        }

        return member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null ? null : Wrong(member.Name, $"`{member.Name}` must be a string.");
    }

    private static EventProblem Wrong(string field, string detail) => new(field, detail, EventProblemKind.Invalid);
}
