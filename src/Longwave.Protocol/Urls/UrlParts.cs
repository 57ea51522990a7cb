namespace Longwave.Protocol.Urls;

/// <summary>A URL taken apart and canonicalized as browsers do it (URL standard, section 4.4): the platform's own class follows other rules.</summary>
/// <param name="Scheme">In lower case, without the colon.</param>
/// <param name="Username">Percent-encoded; empty for none.</param>
/// <param name="Password">Percent-encoded; empty for none.</param>
/// <param name="Hostname">In lower case; empty for none.</param>
/// <param name="Port">Empty for none and for the scheme's own.</param>
/// <param name="Path">With its leading slash, unless it is opaque.</param>
/// <param name="Query">Without the question mark; null for none.</param>
/// <param name="Fragment">Without the number sign; null for none.</param>
/// <param name="HasOpaquePath">Whether the path is no list of segments (<c>urn:isbn:1</c>).</param>
public sealed record UrlParts(
    string Scheme, string Username, string Password, string Hostname, string Port, string Path, string? Query, string? Fragment, bool HasOpaquePath)
{
    /// <summary>Parses a URL, or a reference that is resolved against <paramref name="baseUrl"/>; null when it is neither.</summary>
    public static UrlParts? Parse(string text, UrlParts? baseUrl = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return UrlParser.Parse(text, baseUrl);
    }

    /// <summary>Whether the scheme is one of those of the web, whose URLs have hosts and paths.</summary>
    public static bool IsSpecial(string scheme) => scheme is "http" or "https" or "ws" or "wss" or "ftp" or "file";

    /// <summary>The port that a scheme has when none is said; empty for none.</summary>
    public static string DefaultPort(string scheme) => scheme switch
    {
        "http" or "ws" => "80",
        "https" or "wss" => "443",
        "ftp" => "21",
        _ => "",
    };

    /// <summary>The path with everything decoded that need not be encoded, and without dot segments (RFC 3986, section 6.2.2): equal for all spellings of one path.</summary>
    public string NormalPath => HasOpaquePath ? Path : UrlParser.CanonicalPath(UrlEncoding.DecodeUnreserved(Path), [], isSpecial: true);
}
