using System.Diagnostics.CodeAnalysis;
using Longwave.Client.Connections;

namespace Longwave.Hubs;

/// <summary>Address of a hub: scheme, host, port, and the path that contains <c>/v1</c>; or a unix socket.</summary>
/// <param name="Base">Absolute http or https URL; its path ends with a slash, unless it is the path of a unix socket.</param>
internal sealed record HubAddress(Uri Base)
{
    /// <summary>Default address of a hub.</summary>
    public const string Default = Serve.ListenSettings.DefaultUrl;

    /// <summary>Environment variable with the hub's URL; the option <c>--hub</c> overrides it.</summary>
    public const string EnvironmentVariable = "LONGWAVE_HUB";

    /// <summary>Parses a URL; the scheme is optional: <c>localhost:8080</c> is http.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        string url = text.Trim();
        url = url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url;
        if (UnixSocketUrl.TryRead(url, out UnixSocketUrl? socket, out string? problem))
        {
            error = socket is null ? $"'{text}': {problem}." : null;
            address = socket is null ? null : new HubAddress(new Uri(socket.ToString()));
            return error is null;
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
        {
            error = $"'{text}' is not a URL; use a URL such as {Default}, or http://unix:/path for a unix socket.";
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

    /// <summary>The URL without a trailing slash.</summary>
    public override string ToString() => HubHttp.SocketOf(Base)?.ToString() ?? Base.AbsoluteUri.TrimEnd('/');
}
