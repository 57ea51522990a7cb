using System.Buffers;
using System.Globalization;
using System.Net;

namespace Longwave.Server.Browsers;

/// <summary>An origin (RFC 6454): scheme, host and port, in lower case and with the port written out.</summary>
/// <param name="Scheme"><c>http</c>, <c>https</c>, or the scheme of an app shell or extension, e.g. <c>capacitor</c>.</param>
/// <param name="Host">Name in ASCII, or address; IPv6 in brackets.</param>
/// <param name="Port">Port; 0 for an app without one.</param>
internal readonly record struct WebOrigin(string Scheme, string Host, int Port)
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;
    private const string Separator = "://";

    /// <summary>Characters that end a host or are not valid in one.</summary>
    private static readonly SearchValues<char> NotInHosts = SearchValues.Create("/?#\\@* ");

    /// <summary>Characters of schemes (RFC 3986, section 3.1).</summary>
    private static readonly SearchValues<char> InSchemes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789+-.");

    /// <summary>Characters of the hosts of apps: names, numbers and ids of extensions.</summary>
    private static readonly SearchValues<char> InAppHosts = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-._");

    /// <summary>Schemes whose pages have no origin of their own, or that are not of pages.</summary>
    private static readonly string[] NotOfPages = ["file", "data", "blob", "about", "javascript", "ws", "wss", "ftp"];

    /// <summary>Whether the page belongs to an app shell or a browser extension.</summary>
    public bool IsApp => Scheme is not ("http" or "https");

    /// <summary>The default port of a scheme.</summary>
    public static int DefaultPort(string scheme) => scheme == "https" ? HttpsPort : HttpPort;

    /// <summary>
    /// Reads <c>scheme://host[:port]</c> as a browser sends it; a name may also be written with its Unicode characters. <c>null</c>, paths and user names are
    /// not valid.
    /// </summary>
    public static bool TryParse(string? text, out WebOrigin origin)
    {
        origin = default;
        int at = text?.IndexOf(Separator, StringComparison.Ordinal) ?? -1;
        if (at <= 0 || text.AsSpan(at + Separator.Length).ContainsAny(NotInHosts))
        {
            return false;
        }

        string scheme = text![..at].ToLowerInvariant();
        return scheme is "http" or "https" ? TryParseWeb(text, out origin) : TryParseApp(scheme, text[(at + Separator.Length)..], out origin);
    }

    /// <summary>The origin as a browser sends it, without the default port.</summary>
    public override string ToString() => Port == (IsApp ? 0 : DefaultPort(Scheme))
        ? $"{Scheme}://{Host}"
        : string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{Host}:{Port}");

    private static bool TryParseWeb(string text, out WebOrigin origin)
    {
        origin = default;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0 || uri.UserInfo.Length > 0)
        {
            return false;
        }

        origin = new WebOrigin(uri.Scheme, HostName.ToAscii(uri.Host), uri.Port);
        return true;
    }

    private static bool TryParseApp(string scheme, string rest, out WebOrigin origin)
    {
        origin = default;
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        string host = (colon < 0 ? rest : rest[..colon]).ToLowerInvariant();
        int port = 0;
        if (scheme.AsSpan().ContainsAnyExcept(InSchemes)
            || !char.IsAsciiLetter(scheme[0])
            || NotOfPages.Contains(scheme)
            || host.Length == 0
            || host.AsSpan().ContainsAnyExcept(InAppHosts)
            || (colon >= 0 && (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > IPEndPoint.MaxPort)))
        {
            return false;
        }

        origin = new WebOrigin(scheme, host, port);
        return true;
    }
}
