using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Longwave.Protocol.Urls;

/// <summary>Hosts of URLs (URL standard, section 3.5).</summary>
internal static class UrlHost
{
    private static readonly SearchValues<char> ForbiddenInHosts = SearchValues.Create("\0\t\n\r #/:<>?@[\\]^|");

    private static readonly IdnMapping Idn = new();

    /// <summary>Canonicalizes a host; null if it is not valid.</summary>
    /// <param name="host">Host as written in the URL.</param>
    /// <param name="isSpecial">Whether the scheme is special, so that the host is a domain or an address.</param>
    public static string? Canonicalize(ReadOnlySpan<char> host, bool isSpecial)
    {
        if (host.Length > 0 && host[0] == '[')
        {
            return host[^1] == ']' && IPAddress.TryParse(host[1..^1], out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6 && !host.Contains('%')
                ? $"[{Text(address)}]"
                : null;
        }

        if (!isSpecial)
        {
            return host.ContainsAny(ForbiddenInHosts) ? null : UrlEncoding.Encode(host, UrlEncoding.Control);
        }

        string? domain = ToAscii(UrlEncoding.Decode(host));
        if (domain is null || domain.AsSpan().ContainsAny(ForbiddenInHosts) || domain.AsSpan().ContainsAny('%', '\x7f') || domain.AsSpan().ContainsAnyInRange('\0', '\x1f'))
        {
            return null;
        }

        return EndsInNumber(domain) ? ParseIpv4(domain) : domain;
    }

    private static string? ToAscii(string domain)
    {
        if (domain.Length == 0)
        {
            return null;
        }

        if (System.Text.Ascii.IsValid(domain))
        {
            return domain.ToLowerInvariant();
        }

        try
        {
            return Idn.GetAscii(domain.Normalize(NormalizationForm.FormC).ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool EndsInNumber(string domain)
    {
        string[] labels = domain.Split('.');
        int last = labels[^1].Length == 0 && labels.Length > 1 ? labels.Length - 2 : labels.Length - 1;
        return labels[last].Length > 0 && (labels[last].All(char.IsAsciiDigit) || TryNumber(labels[last], out _));
    }

    /// <summary>Parses an IPv4 address: one to four numbers, decimal, octal or hexadecimal; the last one fills all remaining bytes.</summary>
    private static string? ParseIpv4(string domain)
    {
        string[] parts = domain.EndsWith('.') ? domain[..^1].Split('.') : domain.Split('.');
        if (parts.Length > 4)
        {
            return null;
        }

        long address = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            bool isLast = i == parts.Length - 1;
            if (!TryNumber(parts[i], out long number) || number >= (isLast ? 1L << (8 * (5 - parts.Length)) : 256))
            {
                return null;
            }

            address += isLast ? number : number << (8 * (3 - i));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");
    }

    private static bool TryNumber(string text, out long number)
    {
        number = 0;
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isOctal = !isHex && text.Length > 1 && text[0] == '0';
        string digits = isHex ? text[2..] : text;
        int radix = isHex ? 16 : isOctal ? 8 : 10;
        if (text.Length == 0)
        {
            return false;
        }

        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix || number > uint.MaxValue)
            {
                return false;
            }

            number = (number * radix) + digit;
        }

        return true;
    }

    /// <summary>Formats an IPv6 address: eight pieces in lower case, the longest run of zeros as <c>::</c>.</summary>
    private static string Text(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        int[] pieces = [.. Enumerable.Range(0, 8).Select(i => (bytes[2 * i] << 8) | bytes[(2 * i) + 1])];
        (int Start, int Length) longest = (-1, 1);
        for (int start = 0, length; start < 8; start += length + 1)
        {
            length = pieces.Skip(start).TakeWhile(static piece => piece == 0).Count();
            longest = length > longest.Length ? (start, length) : longest;
        }

        string Join(IEnumerable<int> some) => string.Join(':', some.Select(static piece => piece.ToString("x", CultureInfo.InvariantCulture)));
        return longest.Start < 0 ? Join(pieces) : $"{Join(pieces.Take(longest.Start))}::{Join(pieces.Skip(longest.Start + longest.Length))}";
    }
}
