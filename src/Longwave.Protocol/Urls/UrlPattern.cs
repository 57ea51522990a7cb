namespace Longwave.Protocol.Urls;

/// <summary>A URL pattern (URL Pattern standard): <c>https://example.com/books/:id</c>. Case-sensitive; matching time is linear in the length of the URL.</summary>
internal sealed class UrlPattern
{
    /// <summary>Part of <see cref="Cost"/> that every pattern has, for its objects.</summary>
    private const int BaseCost = 256;

    private static readonly string[] SpecialSchemes = ["http", "https", "ws", "wss", "ftp", "file"];

    private readonly UrlPatternComponent _protocol;
    private readonly UrlPatternComponent _username;
    private readonly UrlPatternComponent _password;
    private readonly UrlPatternComponent _hostname;
    private readonly UrlPatternComponent _port;
    private readonly UrlPatternComponent _pathname;
    private readonly UrlPatternComponent _search;
    private readonly UrlPatternComponent _hash;

    private UrlPattern(UrlPatternComponent[] components)
    {
        (_protocol, _username, _password, _hostname, _port, _pathname, _search, _hash) =
            (components[0], components[1], components[2], components[3], components[4], components[5], components[6], components[7]);
        Cost = BaseCost + components.Sum(static component => component.Cost);
        Prefix = !_protocol.IsLiteral ? _protocol.Prefix
            : !_hostname.IsLiteral ? IndexKey(_protocol.Prefix, _hostname.Prefix)
            : IndexKey(_protocol.Prefix, _hostname.Prefix, _pathname.Prefix);
    }

    /// <summary>Cost of the automata of all parts.</summary>
    public int Cost { get; }

    /// <summary>Common prefix of <see cref="IndexKey(UrlParts)"/> of all matching URLs.</summary>
    public string Prefix { get; }

    /// <summary>Compiles a pattern, relative to <paramref name="baseUrl"/>; null if it is not valid or too complex.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="baseUrl">Base URL.</param>
    /// <param name="isTooComplex">Whether the pattern is valid and the automaton of a part exceeds a limit.</param>
    public static UrlPattern? Compile(string text, UrlParts baseUrl, out bool isTooComplex)
    {
        UrlPatternInit init = UrlPatternString.Parse(text);
        if (init.Protocol is null)
        {
            init.Inherit(baseUrl);
        }

        string protocolText = init.Protocol ?? "*";
        UrlPatternComponent? protocol = UrlPatternComponent.Compile(protocolText, "", "", CanonicalProtocol, out isTooComplex);
        if (protocol is null)
        {
            return null;
        }

        bool isSpecial = MatchesSpecial(protocol);
        string port = init.Port is { Length: > 0 } && init.Port == UrlParts.DefaultPort(protocolText) ? "" : init.Port ?? "*";
        string hostname = init.Hostname ?? "*";
        bool isIpv6 = hostname.StartsWith('[') || hostname.StartsWith("{[", StringComparison.Ordinal) || hostname.StartsWith("\\[", StringComparison.Ordinal);
        (string Pattern, string Delimiter, string Prefix, Func<string, string?> Canonicalize)[] rest =
        [
            (init.Username ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.UserInfo)),
            (init.Password ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.UserInfo)),
            (hostname, ".", "", isIpv6 ? CanonicalIpv6 : static text => UrlHost.Canonicalize(text, isSpecial: true)),
            (port, "", "", CanonicalPort),
            isSpecial
                ? (init.Pathname ?? "*", "/", "/", CanonicalPathname)
                : (init.Pathname ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.Control)),
            (init.Search ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.Query)),
            (init.Hash ?? "*", "", "", static text => UrlEncoding.Encode(text, UrlEncoding.Fragment)),
        ];
        var components = new List<UrlPatternComponent> { protocol };
        foreach ((string pattern, string delimiter, string prefix, Func<string, string?> canonicalize) in rest)
        {
            if (UrlPatternComponent.Compile(pattern, delimiter, prefix, canonicalize, out isTooComplex) is not { } component)
            {
                return null;
            }

            components.Add(component);
        }

        return new UrlPattern([.. components]);
    }

    /// <summary>Whether all parts of the URL match.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="work">Rises by the number of examined characters.</param>
    public bool Matches(UrlParts url, ref long work) =>
        _protocol.Matches(url.Scheme, ref work)
        && _hostname.Matches(url.Hostname, ref work)
        && _pathname.Matches(url.Path, ref work)
        && _port.Matches(url.Port, ref work)
        && _search.Matches(url.Query ?? "", ref work)
        && _hash.Matches(url.Fragment ?? "", ref work)
        && _username.Matches(url.Username, ref work)
        && _password.Matches(url.Password, ref work);

    /// <summary>Text of a URL for an index by prefix: the parts that patterns usually name, in the order from general to special.</summary>
    public static string IndexKey(UrlParts url) => IndexKey(url.Scheme, url.Hostname, url.Path);

    // No scheme and no host contains a space, so the start of one part never matches the end of another.
    private static string IndexKey(params string[] parts) => string.Join(' ', parts);

    /// <summary>Whether the pattern can match special schemes.</summary>
    internal static bool MatchesSpecial(UrlPatternComponent protocol)
    {
        long work = 0;
        return Array.Exists(SpecialSchemes, scheme => protocol.Matches(scheme, ref work));
    }

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
