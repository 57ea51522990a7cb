namespace Longwave.Server.Browsers;

/// <summary>One entry of <c>Server:AllowedOrigins</c>: an origin, all names below one (<c>https://*.example.com</c>), or all of an app scheme (<c>vscode-webview://*</c>).</summary>
/// <param name="Origin">The origin; in the second form its host begins with a dot, and in the third it is empty.</param>
internal readonly record struct AllowedOrigin(WebOrigin Origin)
{
    private const string AllBelow = "*.";
    private const string Separator = "://";

    /// <summary>Whether the entry is one origin.</summary>
    public bool IsExact => Origin.Host.Length > 0 && Origin.Host[0] != '.';

    /// <summary>Reads an entry.</summary>
    public static bool TryParse(string? text, out AllowedOrigin allowed)
    {
        allowed = default;
        int at = text?.IndexOf(Separator, StringComparison.Ordinal) ?? -1;
        if (at < 0)
        {
            return false;
        }

        (string scheme, string rest) = (text![..(at + Separator.Length)], text[(at + Separator.Length)..]);
        if (rest == "*")
        {
            // The host of such an origin is random for each installation. For web pages, the star would allow every page.
            bool isApp = WebOrigin.TryParse(scheme + "any", out WebOrigin any) && any.IsApp;
            allowed = new AllowedOrigin(any with { Host = "" });
            return isApp;
        }

        bool below = rest.StartsWith(AllBelow, StringComparison.Ordinal);
        if (!WebOrigin.TryParse(below ? scheme + rest[AllBelow.Length..] : text, out WebOrigin origin) || (below && origin.IsApp))
        {
            return false;
        }

        allowed = new AllowedOrigin(below ? origin with { Host = "." + origin.Host } : origin);
        return true;
    }

    /// <summary>Whether the entry allows an origin.</summary>
    public bool Matches(in WebOrigin origin) =>
        origin.Scheme == Origin.Scheme
        && origin.Port == Origin.Port
        && (IsExact ? origin.Host == Origin.Host : origin.Host.EndsWith(Origin.Host, StringComparison.Ordinal));
}
