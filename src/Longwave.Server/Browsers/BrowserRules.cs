using System.Buffers;
using System.Net;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Browsers;

/// <summary>The allowed hosts, and the origins whose pages may use the hub.</summary>
/// <remarks>
/// An attacker can make a host name of their own resolve to the hub's address (DNS rebinding); for the browser it then has the hub's origin, and
/// only the name in <c>Host</c> reveals the attack. An attacker cannot own the name <c>localhost</c> (RFC 6761, section 6.3), and an IP
/// address is not resolved, so these are always allowed.
/// </remarks>
internal sealed class BrowserRules
{
    private const string Localhost = "localhost";

    private static readonly SearchValues<char> DigitsAndDots = SearchValues.Create("0123456789.");

    private readonly ClientAddresses _clients;
    private readonly AllowedHost[] _hosts;
    private readonly HashSet<WebOrigin> _origins = [];

    /// <summary>The entries with a star.</summary>
    private readonly List<AllowedOrigin> _groups = [];
    private readonly bool _anyOrigin;

    public BrowserRules(ServerOptions options, ClientAddresses clients)
    {
        _clients = clients;
        _anyOrigin = options.AllowedOrigins.Contains("*");
        _hosts = [.. options.AllowedHosts.Select(text => AllowedHost.TryParse(text, out AllowedHost host)
            ? host
            : throw new ArgumentException($"`{text}` is not a host.", nameof(options)))];
        foreach (string text in options.AllowedOrigins.Where(static text => text != "*"))
        {
            if (!AllowedOrigin.TryParse(text, out AllowedOrigin allowed))
            {
                throw new ArgumentException($"`{text}` is not an origin.", nameof(options));
            }

            if (allowed.IsExact)
            {
                _origins.Add(allowed.Origin);
            }
            else
            {
                _groups.Add(allowed);
            }
        }
    }

    /// <summary>Whether the request's host is allowed. A request without a host is not from a browser.</summary>
    public bool IsOurs(HttpContext context)
    {
        HostString host = context.Request.Host;
        if (!host.HasValue || IsIPv4(host.Value))
        {
            return true;
        }

        string name = HostName.ToAscii(host.Host);
        name = name.EndsWith('.') ? name[..^1] : name;
        if (name == Localhost || name.EndsWith("." + Localhost, StringComparison.Ordinal) || IPAddress.IsValid(name))
        {
            return true;
        }

        return IsListed(name, PortOf(host, _clients.SchemeOf(context)));
    }

    private bool IsListed(string name, int port) => Array.Exists(_hosts, allowed => allowed.Matches(name, port));

    /// <summary>Recognizes an IPv4 address, with or without a port, without allocating.</summary>
    private static bool IsIPv4(ReadOnlySpan<char> host)
    {
        int colon = host.IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? host : host[..colon];
        return colon == host.LastIndexOf(':') && !name.ContainsAnyExcept(DigitsAndDots) && IPAddress.IsValid(name);
    }

    /// <summary>Trust in the page that sends the request.</summary>
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
            if (host.HasValue && origin == new WebOrigin(scheme, HostName.ToAscii(host.Host), PortOf(host, scheme)))
            {
                return OriginTrust.Own;
            }

            if (_origins.Contains(origin) || _groups.Exists(group => group.Matches(origin)))
            {
                return OriginTrust.Listed;
            }
        }

        return _anyOrigin ? OriginTrust.Anyone : OriginTrust.Foreign;
    }

    /// <summary>
    /// Whether another site's page loads a URL of the hub as an image or a script. Such requests have no origin, but browsers send Fetch
    /// Metadata. The page could not read the answer, but each request would hold a stream. Following a link is allowed.
    /// </summary>
    private static bool IsEmbedding(IHeaderDictionary headers) =>
        headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && headers["Sec-Fetch-Mode"].ToString() is not ("navigate" or "");

    private static int PortOf(HostString host, string scheme) => host.Port ?? WebOrigin.DefaultPort(scheme);
}
