using System.Globalization;

namespace Longwave.Server.Http;

/// <summary>Times in the format of RFC 3339, section 5.6.</summary>
internal static class Rfc3339
{
    private const int MaxLength = 40;

    private static readonly string[] Formats = ["yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm:ssK"];

    /// <summary>Reads a date and time with <c>Z</c> or an offset; a time without either is ambiguous and rejected.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length is < 20 or > MaxLength)
        {
            return false;
        }

        // A plus sign that was not percent-encoded arrives as a space, which is not valid here otherwise.
        string plain = text.ToUpperInvariant();
        if (plain[^6] == ' ')
        {
            plain = string.Concat(plain.AsSpan(0, plain.Length - 6), "+", plain.AsSpan(plain.Length - 5));
        }

        bool zoned = plain[^1] == 'Z' || (plain[^6] is '+' or '-' && plain[^3] == ':');
        return zoned && DateTimeOffset.TryParseExact(Shorten(plain), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    /// <summary>Truncates digits beyond a tenth of a microsecond, which RFC 3339 allows; the log stores milliseconds.</summary>
    private static string Shorten(string text)
    {
        const int MaxDigits = 7;
        int dot = text.IndexOf('.');
        if (dot < 0)
        {
            return text;
        }

        int end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        // "12:00:00.Z" is not a time.
        return end == dot + 1 ? "" : end - dot - 1 <= MaxDigits ? text : string.Concat(text.AsSpan(0, dot + 1 + MaxDigits), text.AsSpan(end));
    }
}
