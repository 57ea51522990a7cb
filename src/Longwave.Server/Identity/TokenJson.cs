using System.Text.Json;
using System.Text.Unicode;

namespace Longwave.Server.Identity;

/// <summary>Reads the JSON objects of a token strictly: a duplicate member is rejected, because two parsers may choose different ones.</summary>
internal static class TokenJson
{
    private const string Malformed = "is not well-formed";

    /// <summary>Maximum number of members of one object.</summary>
    private const int MaxMembers = 200;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };

    /// <summary>Reads one member. The reader is at its value before the call, and at the end of the value after it. Returns the problem, or null.</summary>
    public delegate string? MemberTaker(string name, ref Utf8JsonReader reader);

    /// <summary>Calls <paramref name="take"/> for every member, until one is not valid.</summary>
    public static string? ForEach(ReadOnlySpan<byte> json, MemberTaker take)
    {
        if (!Utf8.IsValid(json))
        {
            return Malformed;
        }

        try
        {
            var reader = new Utf8JsonReader(json, Options);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return Malformed;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                if (!seen.Add(name) || seen.Count > MaxMembers)
                {
                    return "has a duplicate member, or too many members";
                }

                if (take(name, ref reader) is { } problem)
                {
                    return problem;
                }
            }

            reader.Read(); // Throws when something follows the object.
            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Malformed;
        }
    }

    /// <summary>The value as text; null if it is not a string.</summary>
    public static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    /// <summary>A NumericDate (RFC 7519, section 2): seconds since the Unix epoch, with or without a fraction; null if it is not valid.</summary>
    public static DateTimeOffset? Time(ref Utf8JsonReader reader)
    {
        // Limit to years 1 to 9999, so that sums with tolerances do not overflow.
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out double seconds) || seconds is not (>= 0 and < 253_402_300_000))
        {
            reader.Skip();
            return null;
        }

        return DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Floor(seconds * 1000));
    }

    /// <summary>A string or an array of strings; null if it is neither.</summary>
    public static List<string>? Texts(ref Utf8JsonReader reader, int most)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return [reader.GetString()!];
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var texts = new List<string>();
        bool good = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            good &= reader.TokenType == JsonTokenType.String && texts.Count < most;
            if (good)
            {
                texts.Add(reader.GetString()!);
            }
            else
            {
                reader.Skip();
            }
        }

        return good ? texts : null;
    }
}
