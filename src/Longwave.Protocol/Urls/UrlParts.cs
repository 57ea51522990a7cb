namespace Longwave.Protocol.Urls;

/// <summary>A URL parsed and canonicalized as browsers do (URL standard, section 4.4); <c>System.Uri</c> follows other rules.</summary>
/// <param name="Scheme">Scheme in lower case, without the colon.</param>
/// <param name="Username">Percent-encoded user name; empty for none.</param>
/// <param name="Password">Percent-encoded password; empty for none.</param>
/// <param name="Hostname">Host in lower case; empty for none.</param>
/// <param name="Port">Port; empty for none and for the scheme's default.</param>
/// <param name="Path">Path with its leading slash, unless it is opaque.</param>
/// <param name="Query">Query without the question mark; null for none.</param>
/// <param name="Fragment">Fragment without the number sign; null for none.</param>
/// <param name="HasOpaquePath">Whether the path is not a list of segments (<c>urn:isbn:1</c>).</param>
public sealed record UrlParts(
    string Scheme, string Username, string Password, string Hostname, string Port, string Path, string? Query, string? Fragment, bool HasOpaquePath)
{
    /// <summary>Parses a URL, or a reference relative to <paramref name="baseUrl"/>; null if the text is not valid.</summary>
    public static UrlParts? Parse(string text, UrlParts? baseUrl = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return UrlParser.Parse(text, baseUrl);
    }

    /// <summary>Whether the scheme is special in the URL standard: its URLs have hosts and hierarchical paths.</summary>
    public static bool IsSpecial(string scheme) => scheme is "http" or "https" or "ws" or "wss" or "ftp" or "file";

    /// <summary>Default port of a scheme; empty for none.</summary>
    public static string DefaultPort(string scheme) => scheme switch
    {
        "http" or "ws" => "80",
        "https" or "wss" => "443",
        "ftp" => "21",
        _ => "",
    };

    /// <summary>Path without dot segments and unnecessary encoding (RFC 3986, section 6.2.2): equal for all spellings of one path.</summary>
    public string NormalPath => HasOpaquePath ? Path : UrlParser.CanonicalPath(UrlEncoding.DecodeUnreserved(Path), [], isSpecial: true);
}
