namespace Longwave.Protocol.Urls;

/// <summary>Pattern strings of the parts of a URL; null for a part that is not given.</summary>
internal sealed class UrlPatternInit
{
    public string? Protocol { get; set; }

    public string? Username { get; set; }

    public string? Password { get; set; }

    public string? Hostname { get; set; }

    public string? Port { get; set; }

    public string? Pathname { get; set; }

    public string? Search { get; set; }

    public string? Hash { get; set; }

    /// <summary>Copies parts from a URL, up to the first part that is given (URL Pattern standard, section 1.4).</summary>
    public void Inherit(UrlParts url)
    {
        bool nothing = Protocol is null;
        Protocol ??= Escape(url.Scheme);
        nothing &= Hostname is null;
        Hostname = nothing ? Escape(url.Hostname) : Hostname;
        nothing &= Port is null;
        Port = nothing ? url.Port : Port;
        bool ownPath = Pathname is not null;
        nothing &= !ownPath;
        Pathname = nothing ? Escape(url.Path) : Pathname;
        nothing &= Search is null;
        Search = nothing ? Escape(url.Query ?? "") : Search;
        nothing &= Hash is null;
        Hash = nothing ? Escape(url.Fragment ?? "") : Hash;
        if (ownPath && !url.HasOpaquePath && !IsAbsolutePath(Pathname!))
        {
            Pathname = Escape(url.Path[..(url.Path.LastIndexOf('/') + 1)]) + Pathname;
        }
    }

    private static bool IsAbsolutePath(string path) => path.StartsWith('/') || path.StartsWith("\\/", StringComparison.Ordinal) || path.StartsWith("{/", StringComparison.Ordinal);

    /// <summary>Escapes text of a URL, so that the pattern matches it literally.</summary>
    private static string Escape(string text) => string.Concat(text.Select(static c => c is '+' or '*' or '?' or ':' or '{' or '}' or '(' or ')' or '\\' ? $"\\{c}" : c.ToString()));
}
