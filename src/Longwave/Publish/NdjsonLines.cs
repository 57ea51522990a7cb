using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;

namespace Longwave.Publish;

/// <summary>
/// Format of <c>--ndjson</c>: one JSON object per line, either a CloudEvent, which is sent unchanged, or <c>{"topic":…,"data":…}</c>. Empty lines and control events (<c>longwave.tip</c>) are skipped.
/// </summary>
internal sealed class NdjsonLines(EventDefaults defaults) : ILineFormat
{
    private const string Known = "topic, data, type, key, id, time, contenttype";

    private readonly BulkEventWriter _events = new(defaults);
    private readonly CloudEventDefaults _cloudDefaults = new(defaults.Topic, defaults.Key);

    public bool TryEncode(ReadOnlyMemory<byte> line, long number, IBufferWriter<byte> writer, out string? problem)
    {
        problem = null;
        ReadOnlySpan<byte> text = line.Span.Trim(" \t"u8);
        if (text.IsEmpty)
        {
            return false;
        }

        if (!Utf8.IsValid(text))
        {
            problem = "it is not valid UTF-8";
            return false;
        }

        // A search of the bytes avoids parsing most native lines twice.
        bool cloudEvent = text.IndexOf("\"specversion\""u8) >= 0;
        string? refusal = null;
        if (cloudEvent && IsCloudEvent(text, out refusal))
        {
            writer.Write(text);
            return true;
        }

        return TryEncodeNative(line, number, writer, refusal, out problem);
    }

    private bool IsCloudEvent(ReadOnlySpan<byte> text, out string? refusal)
    {
        refusal = CloudEventReader.TryRead(text, _cloudDefaults, out Event? e, out _, out EventProblem? problem)
            ? EventRules.Check(e!, int.MaxValue)?.Detail
            : problem!.Detail;
        return refusal is null;
    }

    private bool TryEncodeNative(ReadOnlyMemory<byte> line, long number, IBufferWriter<byte> writer, string? refusal, out string? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = CloudEventReader.MaxDepth });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                problem = "it is not a JSON object";
                return false;
            }

            if (root.TryGetProperty("specversion", out _))
            {
                problem = refusal ?? "it is not a valid CloudEvent";
                return false;
            }

            if (IsNotice(root))
            {
                problem = null;
                return false;
            }

            problem = Read(root, out EventMembers members, out JsonElement data) ?? WriteNative(writer, number, members, data);
            return problem is null;
        }
        catch (JsonException exception)
        {
            problem = $"it is not valid JSON (byte {(exception.BytePositionInLine ?? 0) + 1})";
            return false;
        }
        catch (InvalidOperationException)
        {
            problem = "it contains half of a surrogate pair, which is not a character";
            return false;
        }
    }

    private string? WriteNative(IBufferWriter<byte> writer, long number, in EventMembers members, JsonElement data) => data.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => _events.Write(writer, number, members, default, dataIsJson: false),
        JsonValueKind.String => _events.Write(writer, number, members, Encoding.UTF8.GetBytes(data.GetString()!), dataIsJson: false),
        _ => _events.Write(writer, number, members with { ContentType = members.ContentType ?? "application/json" }, Encoding.UTF8.GetBytes(data.GetRawText()), dataIsJson: true),
    };

    /// <summary>Whether the object is a control event: it describes another stream and is not published.</summary>
    private static bool IsNotice(JsonElement root) =>
        !root.TryGetProperty("topic", out _) && root.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
        && type.GetString()!.StartsWith(EventRules.ReservedTypePrefix, StringComparison.Ordinal);

    private static string? Read(JsonElement root, out EventMembers members, out JsonElement data)
    {
        members = default;
        data = default;
        foreach (JsonProperty member in root.EnumerateObject())
        {
            if (member.NameEquals("data"u8))
            {
                data = member.Value;
                continue;
            }

            if (member.NameEquals("topics"u8))
            {
                return "it has alternate topics ('topics'), which --ndjson does not support";
            }

            string? value = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
            switch (member.Name)
            {
                case "topic": members = members with { Topic = value }; break;
                case "type": members = members with { Type = value }; break;
                case "key": members = members with { Key = value }; break;
                case "id": members = members with { Id = value }; break;
                case "time": members = members with { Time = value }; break;
                case "contenttype": members = members with { ContentType = value }; break;
                default: return $"'{member.Name}' is not a known member (known: {Known}); a CloudEvent needs 'specversion'";
            }

            if (value is null && member.Value.ValueKind != JsonValueKind.Null)
            {
                return $"'{member.Name}' is not a string";
            }
        }

        return null;
    }
}
