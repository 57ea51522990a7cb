using System.Net;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Browsers;

/// <summary>Which hosts are ours, and whose pages may use the hub.</summary>
/// <remarks>
/// A page can have its own name resolve to the hub's address (DNS rebinding), and is then of the hub's own origin for the browser; only the
/// name in <c>Host</c> still gives it away. Names of this machine can't be had by anybody else (RFC 6761, section 6.3), and an address
/// is not resolved at all, so these are always ours.
/// </remarks>
internal sealed class BrowserRules
{
    private const string Localhost = "localhost";

    private readonly ClientAddresses _clients;
    private readonly AllowedHost[] _hosts;
    private readonly HashSet<WebOrigin> _origins;
    private readonly bool _anyOrigin;

    public BrowserRules(ServerOptions options, ClientAddresses clients)
    {
        _clients = clients;
        _anyOrigin = options.AllowedOrigins.Contains("*");
        _hosts = [.. options.AllowedHosts.Select(text => AllowedHost.TryParse(text, out AllowedHost host)
            ? host
            : throw new ArgumentException($"`{text}` is not a host.", nameof(options)))];
        _origins = [.. options.AllowedOrigins.Where(text => text != "*").Select(text => WebOrigin.TryParse(text, out WebOrigin origin)
            ? origin
            : throw new ArgumentException($"`{text}` is not an origin.", nameof(options)))];
    }

    /// <summary>Whether the host that the request names is ours. A request without one comes from no browser.</summary>
    public bool IsOurs(HttpContext context)
    {
        HostString host = context.Request.Host;
        if (!host.HasValue)
        {
            return true;
        }

        string name = host.Host.ToLowerInvariant();
        name = name.EndsWith('.') ? name[..^1] : name;
        if (name == Localhost || name.EndsWith("." + Localhost, StringComparison.Ordinal) || IPAddress.TryParse(name, out _))
        {
            return true;
        }

        int port = PortOf(host, _clients.SchemeOf(context));
        return Array.Exists(_hosts, allowed => allowed.Matches(name, port));
    }

    /// <summary>Whose page sends the request.</summary>
    public OriginTrust Judge(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        if (headers.Origin.Count == 0)
        {
            return IsEmbedding(headers) ? _anyOrigin ? OriginTrust.Anyone : OriginTrust.Foreign : OriginTrust.None;
        }

        if (headers.Origin.Count == 1 && WebOrigin.TryParse(headers.Origin[0], out WebOrigin origin))
        {
            string scheme = _clients.SchemeOf(context);
            HostString host = context.Request.Host;
            if (host.HasValue && origin == new WebOrigin(scheme, host.Host.ToLowerInvariant(), PortOf(host, scheme)))
            {
                return OriginTrust.Own;
            }

            if (_origins.Contains(origin))
            {
                return OriginTrust.Listed;
            }
        }

        return _anyOrigin ? OriginTrust.Anyone : OriginTrust.Foreign;
    }

    /// <summary>
    /// Another site's page that uses an address of ours as an image or a script: such requests name no origin, but browsers say where they
    /// come from (Fetch Metadata). The page could read nothing, but each would hold a stream. Following a link is not that.
    /// </summary>
    private static bool IsEmbedding(IHeaderDictionary headers) =>
        headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && headers["Sec-Fetch-Mode"].ToString() is not ("navigate" or "");

    private static int PortOf(HostString host, string scheme) => host.Port ?? WebOrigin.DefaultPort(scheme);
}
