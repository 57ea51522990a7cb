using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Longwave.Protocol.Events;
using Longwave.Protocol.Json;

namespace Longwave.Protocol.CloudEvents;

/// <summary>Reads the binary mode of the HTTP protocol binding (section 3.1): attributes in <c>ce-*</c> headers, data in the body.</summary>
internal static class CloudEventHeaders
{
    private const string Prefix = "ce-";
    private const int MaxNameLength = 64;

    /// <summary>Error text for an invalid extension attribute <c>private</c>.</summary>
    public const string PrivateRule = "'private' must be true or false.";

    public static bool TryRead(
        IEnumerable<KeyValuePair<string, string>> headers,
        string? contentType,
        ReadOnlyMemory<byte> body,
        CloudEventDefaults defaults,
        out Event? e,
        out CloudEventIdentity id,
        out EventProblem? problem)
    {
        e = null;
        id = default;
        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string header, string value) in headers)
        {
            if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            problem = ReadHeader(header, value, attributes);
            if (problem is not null)
            {
                return false;
            }
        }

        problem = Check(attributes, defaults);
        if (problem is not null)
        {
            return false;
        }

        id = new CloudEventIdentity(attributes["source"], attributes["id"]);
        e = new Event
        {
            Topic = attributes.GetValueOrDefault("topic") ?? defaults.Topic!,
            Type = attributes["type"],
            Key = attributes.GetValueOrDefault("key") ?? defaults.Key,
            ContentType = contentType,
            Attributes = WriteAttributes(attributes),
            IsPrivate = attributes.TryGetValue("private", out string? isPrivate) ? isPrivate is "true" : defaults.IsPrivate,
            Data = body,
        };
        return true;
    }

    private static EventProblem? ReadHeader(string header, string value, SortedDictionary<string, string> attributes)
    {
        string name = header[Prefix.Length..].ToLowerInvariant();
        string field = Prefix + name;
        if (name.Length is 0 or > MaxNameLength || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
        {
            return Invalid(header, $"'{header}' is not an attribute name: 'ce-' must be followed by 1 to {MaxNameLength} ASCII letters and digits.");
        }

        if (name is "data" or "datacontenttype")
        {
            return Invalid(field, name is "data" ? "In binary mode, the body is the data." : "In binary mode, Content-Type gives the media type of the data.");
        }

        if (attributes.Count >= CloudEventReader.MaxExtensions)
        {
            return new EventProblem("headers", $"The event has more than {CloudEventReader.MaxExtensions} attributes.", EventProblemKind.TooLarge);
        }

        if (!TryDecode(value, out string decoded))
        {
            return Invalid(field, $"The value of '{field}' is not valid percent-encoded UTF-8.");
        }

        if (EventRules.CheckText(field, decoded, EventRules.MaxAttributesBytes) is { } problem)
        {
            return problem;
        }

        return attributes.TryAdd(name, decoded) ? null : Invalid(field, $"'{field}' occurs twice.");
    }

    private static EventProblem? Check(SortedDictionary<string, string> attributes, CloudEventDefaults defaults)
    {
        if (attributes.GetValueOrDefault("specversion") is not "1.0")
        {
            return Invalid("ce-specversion", "'ce-specversion' is required and must be 1.0.");
        }

        foreach (string required in (ReadOnlySpan<string>)["id", "source", "type"])
        {
            if (!attributes.ContainsKey(required))
            {
                return Invalid(Prefix + required, $"'ce-{required}' is required.");
            }
        }

        if (attributes.TryGetValue("time", out string? time) && !Timestamp.IsValid(time))
        {
            return Invalid("ce-time", "'ce-time' must be an RFC 3339 timestamp, e.g. 2026-11-23T06:57:00Z.");
        }

        if (attributes.TryGetValue("private", out string? isPrivate) && isPrivate is not ("true" or "false"))
        {
            return Invalid("ce-private", PrivateRule);
        }

        return attributes.ContainsKey("topic") || defaults.Topic is not null
            ? null
            : Invalid("topic", "The event has no topic. Send the header 'ce-topic', or add ?topic=… to the URL.");
    }

    private static string WriteAttributes(SortedDictionary<string, string> attributes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var sink = new JsonSink(buffer, 256);
        ReadOnlySpan<byte> separator = "{"u8;
        foreach ((string name, string value) in attributes)
        {
            if (name is "specversion" or "type" or "topic" or "key" or "private" or "position")
            {
                continue;
            }

            sink.Raw(separator);
            sink.Text(name);
            sink.Raw(":"u8);
            sink.Text(value);
            separator = ","u8;
        }

        sink.Raw("}"u8);
        sink.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Decodes a header value (section 3.1.3.2): removes the quotes of older senders, then decodes percent-encoded UTF-8.</summary>
    private static bool TryDecode(string value, out string decoded)
    {
        decoded = value.Trim();
        if (decoded is ['"', .., '"'])
        {
            decoded = Unquote(decoded.AsSpan(1, decoded.Length - 2));
        }

        if (!decoded.Contains('%', StringComparison.Ordinal))
        {
            return true;
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(decoded);
        int length = 0;
        for (int i = 0; i < utf8.Length; i++)
        {
            if (utf8[i] != (byte)'%')
            {
                utf8[length++] = utf8[i];
                continue;
            }

            if (i + 2 >= utf8.Length || !char.IsAsciiHexDigit((char)utf8[i + 1]) || !char.IsAsciiHexDigit((char)utf8[i + 2]))
            {
                return false;
            }

            utf8[length++] = (byte)((Convert.FromHexString([(char)utf8[i + 1], (char)utf8[i + 2]]))[0]);
            i += 2;
        }

        if (!Utf8.IsValid(utf8.AsSpan(0, length)))
        {
            return false;
        }

        decoded = Encoding.UTF8.GetString(utf8, 0, length);
        return true;
    }

    private static string Unquote(ReadOnlySpan<char> quoted)
    {
        var text = new StringBuilder(quoted.Length);
        for (int i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] == '\\' && i + 1 < quoted.Length)
            {
                i++;
            }

            text.Append(quoted[i]);
        }

        return text.ToString();
    }

    private static EventProblem Invalid(string field, string detail) => new(field, detail, EventProblemKind.Invalid);
}
