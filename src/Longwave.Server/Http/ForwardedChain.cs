using System.Net;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Http;

/// <summary>Reads the forwarding headers of a request: a list to which each proxy appends the address of its client at the right end.</summary>
internal static class ForwardedChain
{
    /// <summary>Maximum number of entries that are read. Real chains have few, and entries further left are not trustworthy.</summary>
    public const int MaxHops = 16;

    private const string ForHeader = "X-Forwarded-For";
    private const string ProtoHeader = "X-Forwarded-Proto";
    private const string StandardHeader = "Forwarded";

    /// <summary>
    /// Walks from the right, starting at <paramref name="peer"/>, while the address is a trusted proxy; the first other address is the client,
    /// and entries left of it are not trustworthy. A malformed entry ends the walk: then the proxy that wrote it counts as the client.
    /// </summary>
    public static IPAddress Client(IPAddress peer, IHeaderDictionary headers, ForwardedHeader header, Func<IPAddress, bool> isTrusted)
    {
        IPAddress client = peer;
        int hops = 0;
        foreach (string entry in FromTheRight(headers[header == ForwardedHeader.Forwarded ? StandardHeader : ForHeader]))
        {
            ReadOnlySpan<char> node = header == ForwardedHeader.Forwarded ? Parameter(entry, "for") : entry;
            if (++hops > MaxHops || !isTrusted(client) || !TryReadNode(node, out IPAddress? address))
            {
                break;
            }

            client = address;
        }

        return client;
    }

    /// <summary>The scheme of the request to the nearest proxy; null if the header has none.</summary>
    public static string? Scheme(IHeaderDictionary headers, ForwardedHeader header)
    {
        string? last = FromTheRight(headers[header == ForwardedHeader.Forwarded ? StandardHeader : ProtoHeader]).FirstOrDefault();
        ReadOnlySpan<char> scheme = header == ForwardedHeader.Forwarded ? Parameter(last, "proto") : last;
        return scheme.Equals("https", StringComparison.OrdinalIgnoreCase) ? "https"
            : scheme.Equals("http", StringComparison.OrdinalIgnoreCase) ? "http"
            : null;
    }

    private static IEnumerable<string> FromTheRight(StringValues values)
    {
        for (int i = values.Count - 1; i >= 0; i--)
        {
            string[] entries = (values[i] ?? "").Split(',', StringSplitOptions.TrimEntries);
            for (int j = entries.Length - 1; j >= 0; j--)
            {
                yield return entries[j];
            }
        }
    }

    /// <summary>One parameter of an element of <c>Forwarded</c>, e.g. <c>for="[2001:db8::1]:4711";proto=https</c> (RFC 7239, section 4).</summary>
    private static ReadOnlySpan<char> Parameter(ReadOnlySpan<char> element, ReadOnlySpan<char> name)
    {
        foreach (Range range in element.Split(';'))
        {
            ReadOnlySpan<char> pair = element[range].Trim();
            int equals = pair.IndexOf('=');
            if (equals > 0 && pair[..equals].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return pair[(equals + 1)..].Trim('"');
            }
        }

        return [];
    }

    /// <summary>Reads an address with or without a port; <c>unknown</c> and obfuscated names are not addresses.</summary>
    private static bool TryReadNode(ReadOnlySpan<char> node, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (node.StartsWith('['))
        {
            int end = node.IndexOf(']');
            return end > 0 && IPAddress.TryParse(node[1..end], out address);
        }

        // One colon precedes a port; several are an IPv6 address without brackets.
        return IPAddress.TryParse(node.Count(':') == 1 ? node[..node.IndexOf(':')] : node, out address);
    }
}
