using System.Diagnostics.CodeAnalysis;

namespace Longwave.Hubs;

/// <summary>Where a hub is: scheme, host, port, and the path below which its <c>/v1</c> begins.</summary>
/// <param name="Base">An absolute http or https URL whose path ends with a slash.</param>
internal sealed record HubAddress(Uri Base)
{
    /// <summary>Where a hub listens that was told nothing.</summary>
    public const string Default = Serve.ListenSettings.DefaultUrl;

    /// <summary>Environment variable that says where the hub is when the command line does not.</summary>
    public const string EnvironmentVariable = "LONGWAVE_HUB";

    /// <summary>Whether it is this machine, which no proxy leads to.</summary>
    public bool IsLoopback => Base.IsLoopback;

    /// <summary>Reads a URL as people write it: <c>localhost:8080</c> is http.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        string url = text.Trim();
        url = url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
        {
            error = $"'{text}' is no URL; a hub's looks like {Default}.";
            return false;
        }

        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
        {
            error = $"'{text}': a hub is reached by http or https.";
            return false;
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            error = $"'{text}': give the hub's address only, without '?' or '#'.";
            return false;
        }

        address = new HubAddress(new Uri(uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"));
        error = null;
        return true;
    }

    /// <summary>The URL of the hub's events, with a query.</summary>
    /// <param name="query">Names and values, not yet escaped; null values are left out.</param>
    public Uri Events(IEnumerable<KeyValuePair<string, string?>> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        string text = string.Join('&', query.Where(p => p.Value is not null).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));
        return new Uri(Base, text.Length == 0 ? "v1/events" : "v1/events?" + text);
    }

    /// <summary>As a person would write it.</summary>
    public override string ToString() => Base.AbsoluteUri.TrimEnd('/');
}
