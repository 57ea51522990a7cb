using System.Text;
using System.Text.Json;
using Longwave.Protocol.Events;

namespace Longwave.Protocol.CloudEvents;

/// <summary>Reads one JSON object as a CloudEvent: first the ranges of its members, then their meaning.</summary>
internal ref struct CloudEventObject
{
    private const int MaxNameBytes = 64;

    private readonly ReadOnlySpan<byte> _json;
    private readonly AttributeList _kept;
    private string? _specVersion;
    private string? _id;
    private string? _source;
    private string? _type;
    private string? _topic;
    private string? _key;
    private string? _contentType;
    private AttributeSlice _data;
    private AttributeSlice _dataBase64;
    private bool _hasData;
    private bool _hasBase64;
    private bool? _private;
    private bool _isPrivate;
    private Seen _seen;
    private EventProblem? _problem;

    private CloudEventObject(ReadOnlySpan<byte> json)
    {
        _json = json;
        _kept = AttributeList.ForThisThread();
    }

    /// <summary>Members known by name; a repeated one is rejected.</summary>
    [Flags]
    private enum Seen
    {
        None = 0,
        SpecVersion = 1 << 0,
        Id = 1 << 1,
        Source = 1 << 2,
        Type = 1 << 3,
        Topic = 1 << 4,
        Key = 1 << 5,
        ContentType = 1 << 6,
        Data = 1 << 7,
        Base64 = 1 << 8,
        Position = 1 << 9,
        Private = 1 << 10,
    }

    /// <summary>Reads the object at the reader's position, and moves the reader to the end of the object.</summary>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    public static bool TryRead(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> json,
        CloudEventDefaults defaults,
        out Event? e,
        out CloudEventIdentity id,
        out EventProblem? problem)
    {
        var it = new CloudEventObject(json);
        e = it.ReadMembers(ref reader) && it.CheckRequired(defaults) ? it.Build() : null;
        problem = it._problem;
        id = e is null ? default : new CloudEventIdentity(it._source!, it._id!);
        return e is not null;
    }

    private bool ReadMembers(ref Utf8JsonReader reader)
    {
        Span<byte> unescaped = stackalloc byte[MaxNameBytes];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int nameStart = (int)reader.TokenStartIndex + 1;
            scoped ReadOnlySpan<byte> name = reader.ValueSpan;
            int nameLength = name.Length;
            if (reader.ValueIsEscaped)
            {
                // A valid name needs no escape, but JSON allows one: "\u0069d" is "id".
                if (nameLength > MaxNameBytes || !TryCopy(ref reader, unescaped, out int length))
                {
                    return Fail("body", "An attribute name is not valid: use only lower-case ASCII letters and digits.");
                }

                name = unescaped[..length];
            }

            reader.Read();
            int start = (int)reader.TokenStartIndex;
            JsonTokenType token = reader.TokenType;
            if (!ReadMember(ref reader, token, name, nameStart, nameLength, start))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadMember(
        ref Utf8JsonReader reader, JsonTokenType token, scoped ReadOnlySpan<byte> name, int nameStart, int nameLength, int start)
    {
        switch (Known(name))
        {
            case Seen.Data:
                reader.Skip();
                _data = new AttributeSlice(nameStart, nameLength, start, (int)reader.BytesConsumed - start);
                _hasData = true;
                return Once(Seen.Data, "data");
            case Seen.Base64:
                if (token is not (JsonTokenType.String or JsonTokenType.Null))
                {
                    return Fail("data_base64", "'data_base64' must be a string.");
                }

                _dataBase64 = new AttributeSlice(nameStart, nameLength, start, (int)reader.BytesConsumed - start);
                _hasBase64 = token == JsonTokenType.String;
                return Once(Seen.Base64, "data_base64");
            case Seen.SpecVersion:
                return Once(Seen.SpecVersion, "specversion") && ReadText(ref reader, "specversion", ref _specVersion);
            case Seen.Id:
                return Once(Seen.Id, "id") && ReadText(ref reader, "id", ref _id, intern: false) && Keep(name, token, nameStart, nameLength, start, reader.BytesConsumed);
            case Seen.Source:
                return Once(Seen.Source, "source") && ReadText(ref reader, "source", ref _source) && Keep(name, token, nameStart, nameLength, start, reader.BytesConsumed);
            case Seen.Type:
                return Once(Seen.Type, "type") && ReadText(ref reader, "type", ref _type);
            case Seen.Topic:
                return Once(Seen.Topic, "topic") && ReadText(ref reader, "topic", ref _topic);
            case Seen.Key:
                return Once(Seen.Key, "key") && ReadText(ref reader, "key", ref _key);
            case Seen.ContentType:
                return Once(Seen.ContentType, "datacontenttype") && ReadText(ref reader, "datacontenttype", ref _contentType);
            case Seen.Position:
                // The position is from another log (a relay's event); this log assigns its own.
                reader.Skip();
                return Once(Seen.Position, "position");
            case Seen.Private:
                return Once(Seen.Private, "private") && ReadPrivate(ref reader, token);
            default:
                return CheckExtension(ref reader, token, name) && Keep(name, token, nameStart, nameLength, start, reader.BytesConsumed);
        }
    }

    private static Seen Known(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("id"u8) => Seen.Id,
        3 when name.SequenceEqual("key"u8) => Seen.Key,
        4 when name.SequenceEqual("type"u8) => Seen.Type,
        4 when name.SequenceEqual("data"u8) => Seen.Data,
        5 when name.SequenceEqual("topic"u8) => Seen.Topic,
        6 when name.SequenceEqual("source"u8) => Seen.Source,
        7 when name.SequenceEqual("private"u8) => Seen.Private,
        8 when name.SequenceEqual("position"u8) => Seen.Position,
        11 when name.SequenceEqual("specversion"u8) => Seen.SpecVersion,
        11 when name.SequenceEqual("data_base64"u8) => Seen.Base64,
        15 when name.SequenceEqual("datacontenttype"u8) => Seen.ContentType,
        _ => Seen.None,
    };

    /// <summary>Reads a boolean, also as text, for formats without booleans. Null means absent.</summary>
    private bool ReadPrivate(ref Utf8JsonReader reader, JsonTokenType token)
    {
        string? text = token is JsonTokenType.True ? "true" : token is JsonTokenType.False ? "false" : null;
        if (text is null && !ReadText(ref reader, "private", ref text))
        {
            return Fail("private", CloudEventHeaders.PrivateRule);
        }

        _private = text is null ? null : text is "true";
        return text is null or "true" or "false" || Fail("private", CloudEventHeaders.PrivateRule);
    }

    private bool CheckExtension(ref Utf8JsonReader reader, JsonTokenType token, scoped ReadOnlySpan<byte> nameBytes)
    {
        if (nameBytes.IsEmpty || nameBytes.Length > MaxNameBytes || !IsName(nameBytes))
        {
            return Fail(
                "body",
                $"'{Encoding.UTF8.GetString(nameBytes[..Math.Min(nameBytes.Length, MaxNameBytes)])}' is not an attribute name: use 1 to {MaxNameBytes} lower-case ASCII letters and digits.");
        }

        string name = InternedText.Get(nameBytes);
        switch (token)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.String:
                return name is "time" ? CheckTime(ref reader) : CheckString(ref reader, name);
            case JsonTokenType.True or JsonTokenType.False or JsonTokenType.Number when name is "time" or "subject" or "dataschema":
                return Fail(name, $"'{name}' must be a string.");
            case JsonTokenType.True or JsonTokenType.False:
            case JsonTokenType.Number when reader.TryGetInt32(out _):
                return true;
            default:
                return Fail(name, $"'{name}' must be a string, a boolean or a 32-bit integer.");
        }
    }

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (byte b in name)
        {
            if (!char.IsAsciiLetterLower((char)b) && !char.IsAsciiDigit((char)b))
            {
                return false;
            }
        }

        return true;
    }

    private bool CheckTime(ref Utf8JsonReader reader)
    {
        string? time = null;
        return ReadText(ref reader, "time", ref time, intern: false)
            && (Timestamp.IsValid(time) || Fail("time", "'time' must be an RFC 3339 timestamp, e.g. 2026-11-23T06:57:00Z."));
    }

    private bool CheckString(ref Utf8JsonReader reader, string name)
    {
        // Unescaped printable ASCII can be checked without allocating a string; an empty extension is allowed.
        if (!reader.ValueIsEscaped && reader.ValueSpan.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0)
        {
            return !reader.ValueSpan.IsEmpty || name is not ("subject" or "dataschema")
                || Fail(name, $"'{name}' is empty. Give it a value or omit it.");
        }

        string? text = null;
        return ReadText(ref reader, name, ref text, intern: false);
    }

    /// <summary>Reads a string attribute; null means absent (JSON event format, section 2.2).</summary>
    private bool ReadText(ref Utf8JsonReader reader, string name, ref string? text, bool intern = true)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return Fail(name, $"'{name}' must be a string.");
        }

        if (!reader.ValueIsEscaped)
        {
            text = intern ? InternedText.Get(reader.ValueSpan) : Encoding.UTF8.GetString(reader.ValueSpan);
        }
        else if (!TryGetString(ref reader, out text))
        {
            return Fail(name, $"'{name}' contains half of a surrogate pair, which is not a character.");
        }

        _problem = EventRules.CheckText(name, text, EventRules.MaxAttributesBytes);
        return _problem is null;
    }

    private static bool TryGetString(ref Utf8JsonReader reader, out string? text)
    {
        try
        {
            text = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null; // The string contains an escaped lone surrogate.
            return false;
        }
    }

    private static bool TryCopy(ref Utf8JsonReader reader, scoped Span<byte> target, out int length)
    {
        try
        {
            length = reader.CopyString(target);
            return true;
        }
        catch (InvalidOperationException)
        {
            length = 0;
            return false;
        }
    }

    private bool Once(Seen member, string name)
    {
        if ((_seen & member) != Seen.None)
        {
            return Fail(name, $"'{name}' occurs twice in the event.");
        }

        _seen |= member;
        return true;
    }

    private bool Keep(scoped ReadOnlySpan<byte> name, JsonTokenType token, int nameStart, int nameLength, int start, long end)
    {
        if (name.Length != nameLength)
        {
            return Fail("body", "An attribute name contains JSON escapes. Write the name without escapes.");
        }

        // A null is recorded too, to detect a repeated name; Write omits it.
        _problem = _kept.Add(_json, name, new AttributeSlice(nameStart, nameLength, start, token == JsonTokenType.Null ? 0 : (int)end - start));
        return _problem is null;
    }

    private bool CheckRequired(CloudEventDefaults defaults)
    {
        if (_specVersion is not "1.0")
        {
            return Fail("specversion", _specVersion is null ? "'specversion' is required; it must be \"1.0\"." : "'specversion' must be \"1.0\".");
        }

        if (_id is null || _source is null || _type is null)
        {
            string missing = _id is null ? "id" : _source is null ? "source" : "type";
            return Fail(missing, $"'{missing}' is required; it must be a non-empty string.");
        }

        _topic ??= defaults.Topic;
        _key ??= defaults.Key;
        _isPrivate = _private ?? defaults.IsPrivate;
        if (_topic is null)
        {
            return Fail("topic", "The event has no topic. Add the extension attribute 'topic', or add ?topic=… to the URL.");
        }

        return !(_hasData && _hasBase64) || Fail("data_base64", "Use either 'data' or 'data_base64', not both.");
    }

    private Event? Build()
    {
        _problem = _kept.Write(_json, out string attributes);
        if (_problem is not null)
        {
            return null;
        }

        _problem = ReadData(out byte[] data);
        return _problem is not null
            ? null
            : new Event
            {
                Topic = _topic!,
                Type = _type,
                Key = _key,
                ContentType = _contentType,
                Attributes = attributes,
                IsPrivate = _isPrivate,
                Data = data,
            };
    }

    private EventProblem? ReadData(out byte[] data)
    {
        if (_hasBase64)
        {
            return CloudEventData.ReadBase64(_json.Slice(_dataBase64.ValueStart, _dataBase64.ValueLength), out data);
        }

        if (_hasData)
        {
            return CloudEventData.Read(_json.Slice(_data.ValueStart, _data.ValueLength), _contentType, out data);
        }

        data = [];
        return null;
    }

    private bool Fail(string field, string detail)
    {
        _problem = new EventProblem(field, detail, EventProblemKind.Invalid);
        return false;
    }
}
