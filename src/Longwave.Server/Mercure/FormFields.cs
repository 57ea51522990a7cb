using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Longwave.Server.Http;

namespace Longwave.Server.Mercure;

/// <summary>Names and values of <c>application/x-www-form-urlencoded</c> as browsers write and read it (URL standard, section 5.1): a query, or a body.</summary>
internal sealed class FormFields
{
    /// <summary>Maximum number of fields of one form or query: a thousand topics, and the other fields.</summary>
    public const int MaxFields = 2_000;

    private readonly List<(string Name, string Value)> _fields = [];

    /// <summary>All fields, in their order.</summary>
    public IReadOnlyList<(string Name, string Value)> All => _fields;

    /// <summary>The problem of a form that is not valid UTF-8, or has too many fields.</summary>
    public static Problem Malformed(string field) =>
        new(ProblemTypes.MalformedBody, $"Percent-decoded names and values must be valid UTF-8, and there must be at most {MaxFields} fields.", field);

    /// <summary>Reads the fields; false when they are not valid UTF-8, or there are more than <paramref name="most"/>.</summary>
    public bool TryAdd(ReadOnlySpan<byte> text, int most)
    {
        byte[] buffer = new byte[text.Length];
        foreach (Range range in text.Split((byte)'&'))
        {
            ReadOnlySpan<byte> pair = text[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            int equals = pair.IndexOf((byte)'=');
            if (_fields.Count >= most
                || !TryDecode(equals < 0 ? pair : pair[..equals], buffer, out string name)
                || !TryDecode(equals < 0 ? default : pair[(equals + 1)..], buffer, out string value))
            {
                return false;
            }

            _fields.Add((name, value));
        }

        return true;
    }

    /// <summary>Reads the query of a request.</summary>
    public bool TryAddQuery(string? query, int most) =>
        string.IsNullOrEmpty(query) || TryAdd(Encoding.UTF8.GetBytes(query, query[0] == '?' ? 1 : 0, query.Length - (query[0] == '?' ? 1 : 0)), most);

    /// <summary>The first value of a name, or null.</summary>
    public string? First(string name)
    {
        foreach ((string Name, string Value) field in _fields)
        {
            if (field.Name == name)
            {
                return field.Value;
            }
        }

        return null;
    }

    /// <summary>Whether a field has the name, with any value.</summary>
    public bool Has(string name) => First(name) is not null;

    /// <summary>Decodes a percent sign with two hexadecimal digits; any other percent sign is literal.</summary>
    private static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> buffer, out string decoded)
    {
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte one = text[i];
            if (one == '%' && i + 2 < text.Length && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                (one, i) = (value, i + 2);
            }
            else if (one == '+')
            {
                one = (byte)' ';
            }

            buffer[length++] = one;
        }

        bool isText = Utf8.IsValid(buffer[..length]);
        decoded = isText ? Encoding.UTF8.GetString(buffer[..length]) : "";
        return isText;
    }
}
