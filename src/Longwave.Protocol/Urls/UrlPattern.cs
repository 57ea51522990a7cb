namespace Longwave.Protocol.Urls;

/// <summary>A URL pattern (URL Pattern standard): <c>https://example.com/books/:id</c>. Case-sensitive; matching time is linear in the length of the URL.</summary>
internal sealed class UrlPattern
{
    private static readonly string[] SpecialSchemes = ["http", "https", "ws", "wss", "ftp", "file"];

    private readonly UrlPatternComponent _protocol;
    private readonly UrlPatternComponent _username;
    private readonly UrlPatternComponent _password;
    private readonly UrlPatternComponent _hostname;
    private readonly UrlPatternComponent _port;
    private readonly UrlPatternComponent _pathname;
    private readonly UrlPatternComponent _search;
    private readonly UrlPatternComponent _hash;

    private UrlPattern(UrlPatternComponent[] components) =>
        (_protocol, _username, _password, _hostname, _port, _pathname, _search, _hash) =
        (components[0], components[1], components[2], components[3], components[4], components[5], components[6], components[7]);

    /// <summary>Compiles a pattern, relative to <paramref name="baseUrl"/>; null if it is not valid.</summary>
    public static UrlPattern? Compile(string text, UrlParts baseUrl)
    {
        UrlPatternInit init = UrlPatternString.Parse(text);
        if (init.Protocol is null)
        {
            init.Inherit(baseUrl);
        }

        string protocolText = init.Protocol ?? "*";
        UrlPatternComponent? protocol = UrlPatternComponent.Compile(protocolText, "", "", CanonicalProtocol);
        if (protocol is null)
        {
            return null;
        }

        bool isSpecial = MatchesSpecial(protocol);
        string port = init.Port is { Length: > 0 } && init.Port == UrlParts.DefaultPort(protocolText) ? "" : init.Port ?? "*";
        string hostname = init.Hostname ?? "*";
        bool isIpv6 = hostname.StartsWith('[') || hostname.StartsWith("{[", StringComparison.Ordinal) || hostname.StartsWith("\\[", StringComparison.Ordinal);
        UrlPatternComponent?[] components =
        [
            protocol,
            UrlPatternComponent.Compile(init.Username ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.UserInfo)),
            UrlPatternComponent.Compile(init.Password ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.UserInfo)),
            UrlPatternComponent.Compile(hostname, ".", "", isIpv6 ? CanonicalIpv6 : static text => UrlHost.Canonicalize(text, isSpecial: true)),
            UrlPatternComponent.Compile(port, "", "", CanonicalPort),
            isSpecial
                ? UrlPatternComponent.Compile(init.Pathname ?? "*", "/", "/", CanonicalPathname)
                : UrlPatternComponent.Compile(init.Pathname ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.Control)),
            UrlPatternComponent.Compile(init.Search ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.Query)),
            UrlPatternComponent.Compile(init.Hash ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.Fragment)),
        ];
        return Array.Exists(components, static component => component is null) ? null : new UrlPattern(components!);
    }

    /// <summary>Whether all parts of the URL match.</summary>
    public bool Matches(UrlParts url) =>
        _protocol.Matches(url.Scheme)
        && _hostname.Matches(url.Hostname)
        && _pathname.Matches(url.Path)
        && _port.Matches(url.Port)
        && _search.Matches(url.Query ?? "")
        && _hash.Matches(url.Fragment ?? "")
        && _username.Matches(url.Username)
        && _password.Matches(url.Password);

    /// <summary>Whether the pattern can match special schemes.</summary>
    internal static bool MatchesSpecial(UrlPatternComponent protocol) => Array.Exists(SpecialSchemes, protocol.Matches);

    internal static string? CanonicalProtocol(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '-' or '.'))
            {
                return null;
            }
        }

        return text.ToLowerInvariant();
    }

    private static string? CanonicalIpv6(string text) =>
        text.All(static c => char.IsAsciiHexDigit(c) || c is '[' or ']' or ':') ? text.ToLowerInvariant() : null;

    private static string? CanonicalPort(string text) => text.All(char.IsAsciiDigit) ? text : null;

    /// <summary>Canonicalizes a piece of a path. It need not start with a slash; canonicalization must not add one, nor remove a leading dot segment.</summary>
    private static string? CanonicalPathname(string text)
    {
        bool hasSlash = text[0] == '/';
        string path = UrlParser.CanonicalPath(hasSlash ? text : "/-" + text, [], isSpecial: true);
        return hasSlash ? path : path[2..];
    }
}
