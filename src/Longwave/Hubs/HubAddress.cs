using System.Diagnostics.CodeAnalysis;

namespace Longwave.Hubs;

/// <summary>Address of a hub: scheme, host, port, and the path that contains <c>/v1</c>.</summary>
/// <param name="Base">Absolute http or https URL; its path ends with a slash.</param>
internal sealed record HubAddress(Uri Base)
{
    /// <summary>Default address of a hub.</summary>
    public const string Default = Serve.ListenSettings.DefaultUrl;

    /// <summary>Environment variable with the hub's URL; the option <c>--hub</c> overrides it.</summary>
    public const string EnvironmentVariable = "LONGWAVE_HUB";

    /// <summary>Whether the host is this machine; requests to it use no proxy.</summary>
    public bool IsLoopback => Base.IsLoopback;

    /// <summary>Parses a URL; the scheme is optional: <c>localhost:8080</c> is http.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        string url = text.Trim();
        url = url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
        {
            error = $"'{text}' is not a URL; use a URL such as {Default}.";
            return false;
        }

        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
        {
            error = $"'{text}': the scheme must be http or https.";
            return false;
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            error = $"'{text}': remove the query ('?') and the fragment ('#').";
            return false;
        }

        address = new HubAddress(new Uri(uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"));
        error = null;
        return true;
    }

    /// <summary>URL of the hub's events, with a query.</summary>
    /// <param name="query">Unescaped names and values; null values are omitted.</param>
    public Uri Events(IEnumerable<KeyValuePair<string, string?>> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        string text = string.Join('&', query.Where(p => p.Value is not null).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));
        return new Uri(Base, text.Length == 0 ? "v1/events" : "v1/events?" + text);
    }

    /// <summary>The URL without a trailing slash.</summary>
    public override string ToString() => Base.AbsoluteUri.TrimEnd('/');
}
