using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Longwave.Server.Http;

/// <summary>The query of a request, parsed strictly: an unknown name, a second value or invalid UTF-8 is rejected, never ignored.</summary>
/// <remarks>
/// The web server's own query collection keeps undecodable text unchanged and ignores unknown names, so a misspelt filter would
/// silently widen a subscription. Only the cache buster <c>_</c> is ignored. The syntax is <c>application/x-www-form-urlencoded</c> as WHATWG URL
/// defines it (<c>+</c> is a space), except that a percent sign without two hexadecimal digits is an error.
/// </remarks>
internal struct QueryValues
{
    /// <summary>The parameter with which clients keep caches from answering (jQuery, React Native). It has no meaning for any endpoint.</summary>
    private const string CacheBuster = "_";

    /// <summary>Names of parameters in other systems, with ours.</summary>
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["event"] = "type",
        ["event_type"] = "type",
        ["channel"] = "topic",
        ["subject"] = "topic",
        ["stream"] = "topic",
        ["from"] = "since",
        ["start"] = "since",
    };

    /// <summary>Maximum number of values: a thousand topics, as many types, and the other parameters.</summary>
    private const int MaxValues = 2_048;

    /// <summary>Initial capacity. The array grows by values, because separators alone must not make it large.</summary>
    private const int FirstValues = 4;

    private (string Name, string Value)[] _values;
    private int _count;

    private QueryValues(int most) => _values = most == 0 ? [] : new (string, string)[Math.Min(most, FirstValues)];

    private readonly ReadOnlySpan<(string Name, string Value)> Values => _values.AsSpan(0, _count);

    /// <summary>Reads <paramref name="query"/>, with or without its question mark.</summary>
    public static Problem? TryRead(ReadOnlySpan<char> query, ReadOnlySpan<QueryParameter> known, out QueryValues values)
    {
        if (query.Length > 0 && query[0] == '?')
        {
            query = query[1..];
        }

        values = new QueryValues(query.IsEmpty ? 0 : query.Count('&') + 1);

        foreach (Range range in query.Split('&'))
        {
            ReadOnlySpan<char> pair = query[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            int equals = pair.IndexOf('=');
            Problem? problem = values.Add(equals < 0 ? pair : pair[..equals], equals < 0 ? default : pair[(equals + 1)..], known);
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>The value of a parameter that is not repeatable, or null.</summary>
    public readonly string? Single(string name)
    {
        foreach ((string Name, string Value) pair in Values)
        {
            if (pair.Name == name)
            {
                return pair.Value;
            }
        }

        return null;
    }

    /// <summary>Every value of a parameter, in the order given.</summary>
    public readonly IReadOnlyList<string> All(string name)
    {
        int count = 0;
        foreach ((string Name, string Value) pair in Values)
        {
            count += pair.Name == name ? 1 : 0;
        }

        string[] all = count == 0 ? [] : new string[count];
        foreach ((string Name, string Value) pair in Values)
        {
            if (pair.Name == name)
            {
                all[^count--] = pair.Value;
            }
        }

        return all;
    }

    private Problem? Add(ReadOnlySpan<char> rawName, ReadOnlySpan<char> rawValue, ReadOnlySpan<QueryParameter> known)
    {
        // Nearly every name is written as it is, and then it needs no string of its own.
        Problem? problem;
        int index = IndexOf(known, rawName);
        if (index < 0)
        {
            problem = TryDecode(rawName, "query", out string decoded);
            if (problem is not null)
            {
                return problem;
            }

            index = IndexOf(known, decoded);
            if (index < 0)
            {
                return decoded == CacheBuster ? null : Unknown(decoded, known);
            }
        }

        string name = known[index].Name;
        if (!known[index].Repeatable && Single(name) is not null)
        {
            return new Problem(ProblemTypes.RepeatedParameter, $"`{name}` must be given only once.", name);
        }

        if (known[index].HasNoLists && HasListComma(rawValue))
        {
            return new Problem(ProblemTypes.InvalidParameter, $"`{name}` is one name, not a list. Repeat the parameter for each name: `{name}=A&{name}=B`. Write a comma that belongs to the name as `%2C`.", name);
        }

        problem = TryDecode(rawValue, name, out string value);
        if (problem is null)
        {
            if (_count == MaxValues)
            {
                return new Problem(ProblemTypes.TooManySelectors, $"The request has more than {MaxValues} parameters.", name);
            }

            if (_count == _values.Length)
            {
                Array.Resize(ref _values, 2 * _count);
            }

            _values[_count++] = (name, value);
        }

        return problem;
    }

    /// <summary>Whether a value that is not yet decoded has a comma outside of the expressions of a URI template, such as <c>{a,b}</c>.</summary>
    private static bool HasListComma(ReadOnlySpan<char> raw)
    {
        bool isInExpression = false;
        for (int i = raw.Contains(',') ? 0 : raw.Length; i < raw.Length; i++)
        {
            ReadOnlySpan<char> rest = raw[i..];
            isInExpression = rest[0] == '{' || rest.StartsWith("%7B", StringComparison.OrdinalIgnoreCase)
                || (isInExpression && rest[0] != '}' && !rest.StartsWith("%7D", StringComparison.OrdinalIgnoreCase));
            if (rest[0] == ',' && !isInExpression)
            {
                return true;
            }
        }

        return false;
    }

    private static int IndexOf(ReadOnlySpan<QueryParameter> known, ReadOnlySpan<char> name)
    {
        for (int i = 0; i < known.Length; i++)
        {
            if (known[i].IsNamed(name))
            {
                return i;
            }
        }

        return -1;
    }

    private static Problem Unknown(string name, ReadOnlySpan<QueryParameter> known)
    {
        var names = new List<string>(known.Length);
        foreach (QueryParameter parameter in known)
        {
            names.Add(parameter.Name);
        }

        string hint = names.Count == 0 ? "this endpoint has no parameters."
            : OtherNames.TryGetValue(name, out string? ours) && names.Contains(ours) ? $"did you mean `{ours}`?"
            : Suggestion.Nearest(name, names) is { } near ? $"did you mean `{near}`?"
            : $"this endpoint has {string.Join(", ", names.Select(n => $"`{n}`"))}.";
        return new Problem(ProblemTypes.UnknownParameter, $"Unknown parameter `{name}`: {hint}", name);
    }

    /// <summary>Decodes plus signs and percent signs; <paramref name="field"/> is the field of the problem.</summary>
    private static Problem? TryDecode(ReadOnlySpan<char> raw, string field, out string text)
    {
        if (raw.IndexOfAnyExceptInRange('!', '~') < 0 && raw.IndexOfAny('%', '+') < 0)
        {
            text = raw.ToString();
            return null;
        }

        text = "";
        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(raw.Length));
        try
        {
            int written = 0;
            for (int i = 0; i < raw.Length;)
            {
                if (raw[i] == '%')
                {
                    if (i + 2 >= raw.Length || !TryHex(raw[i + 1], raw[i + 2], out rented[written]))
                    {
                        return new Problem(
                            ProblemTypes.InvalidParameter, "A percent sign must be followed by two hexadecimal digits; write `%25` for a literal percent sign.", field);
                    }

                    written++;
                    i += 3;
                }
                else if (raw[i] == '+')
                {
                    rented[written++] = (byte)' ';
                    i++;
                }
                else
                {
                    // Some clients send text without percent-encoding: accept it as UTF-8.
                    OperationStatus status = Rune.DecodeFromUtf16(raw[i..], out Rune rune, out int consumed);
                    if (status != OperationStatus.Done)
                    {
                        return NotUtf8(field);
                    }

                    written += rune.EncodeToUtf8(rented.AsSpan(written));
                    i += consumed;
                }
            }

            ReadOnlySpan<byte> bytes = rented.AsSpan(0, written);
            if (!Utf8.IsValid(bytes))
            {
                return NotUtf8(field);
            }

            text = Encoding.UTF8.GetString(bytes);
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static Problem NotUtf8(string field) => new(ProblemTypes.InvalidUtf8, "The percent-decoded value is not valid UTF-8.", field);

    private static bool TryHex(char high, char low, out byte value)
    {
        value = 0;
        if (!char.IsAsciiHexDigit(high) || !char.IsAsciiHexDigit(low))
        {
            return false;
        }

        value = (byte)((Digit(high) << 4) | Digit(low));
        return true;

        static int Digit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    }
}
