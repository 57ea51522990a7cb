using System.Buffers;
using System.Text;

namespace Longwave.Protocol.Urls;

/// <summary>Percent-encoding of the parts of a URL (URL standard, section 1.3).</summary>
internal static class UrlEncoding
{
    /// <summary>Characters that stay unencoded in this part: printable ASCII except the characters of its encode set.</summary>
    public static readonly SearchValues<char> Fragment = KeptWithout(" \"<>`");

    /// <inheritdoc cref="Fragment"/>
    public static readonly SearchValues<char> Query = KeptWithout(" \"#<>");

    /// <inheritdoc cref="Fragment"/>
    public static readonly SearchValues<char> SpecialQuery = KeptWithout(" \"#<>'");

    /// <inheritdoc cref="Fragment"/>
    public static readonly SearchValues<char> Path = KeptWithout(" \"#<>?^`{}");

    /// <inheritdoc cref="Fragment"/>
    public static readonly SearchValues<char> UserInfo = KeptWithout(" \"#<>?^`{}/:;=@[\\]|");

    /// <inheritdoc cref="Fragment"/>
    public static readonly SearchValues<char> Control = KeptWithout("");

    /// <summary>Encodes every character outside <paramref name="kept"/>, as UTF-8.</summary>
    public static string Encode(ReadOnlySpan<char> text, SearchValues<char> kept)
    {
        if (!text.ContainsAnyExcept(kept))
        {
            return text.ToString();
        }

        var encoded = new StringBuilder(text.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && kept.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            foreach (byte one in utf8[..rune.EncodeToUtf8(utf8)])
            {
                encoded.Append('%').Append(one.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    /// <summary>Decodes every percent-encoded byte; invalid UTF-8 becomes replacement characters.</summary>
    public static string Decode(ReadOnlySpan<char> text)
    {
        if (!text.Contains('%'))
        {
            return text.ToString();
        }

        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = 0;
        for (int i = 0; i < text.Length;)
        {
            if (IsEncoded(text, i))
            {
                bytes[length++] = byte.Parse(text.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null);
                i += 3;
                continue;
            }

            _ = Rune.DecodeFromUtf16(text[i..], out Rune rune, out int consumed);
            length += rune.EncodeToUtf8(bytes.AsSpan(length));
            i += consumed;
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>Decodes characters that need no encoding (RFC 3986, section 6.2.2.2): letters, digits and <c>-._~</c>.</summary>
    public static string DecodeUnreserved(ReadOnlySpan<char> text)
    {
        var decoded = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length;)
        {
            if (IsEncoded(text, i))
            {
                char c = (char)byte.Parse(text.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null);
                if (char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~')
                {
                    decoded.Append(c);
                    i += 3;
                    continue;
                }
            }

            decoded.Append(text[i++]);
        }

        return decoded.ToString();
    }

    private static bool IsEncoded(ReadOnlySpan<char> text, int at) =>
        text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]);

    private static SearchValues<char> KeptWithout(string set) =>
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static c => (char)c).Where(c => !set.Contains(c))]);
}
