using System.Buffers;

namespace Longwave.Server.Browsers;

/// <summary>An origin (RFC 6454): scheme, host and port, in lower case and with the port written out.</summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">Name or address; IPv6 in brackets.</param>
/// <param name="Port">Port.</param>
internal readonly record struct WebOrigin(string Scheme, string Host, int Port)
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    /// <summary>Characters that end a host or are not valid in one.</summary>
    private static readonly SearchValues<char> NotInHosts = SearchValues.Create("/?#\\@* ");

    /// <summary>The default port of a scheme.</summary>
    public static int DefaultPort(string scheme) => scheme == "https" ? HttpsPort : HttpPort;

    /// <summary>Reads <c>scheme://host[:port]</c> as a browser sends it. <c>null</c>, paths, user names and other schemes are not valid.</summary>
    public static bool TryParse(string? text, out WebOrigin origin)
    {
        origin = default;
        if (text is null
            || !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            || uri.Scheme is not ("http" or "https")
            || uri.Host.Length == 0
            || uri.UserInfo.Length > 0
            || text.AsSpan(uri.Scheme.Length + "://".Length).ContainsAny(NotInHosts))
        {
            return false;
        }

        origin = new WebOrigin(uri.Scheme, uri.Host.ToLowerInvariant(), uri.Port);
        return true;
    }
}
