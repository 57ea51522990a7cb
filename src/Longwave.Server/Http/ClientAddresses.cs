using System.Net;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Http;

/// <summary>Whom a request comes from: the other end of the connection, or, when that is a trusted proxy, whom it says it serves.</summary>
internal sealed class ClientAddresses
{
    private readonly IPNetwork[] _proxies;
    private readonly ForwardedHeader _header;

    public ClientAddresses(ServerOptions options)
    {
        _header = options.ForwardedHeader;
        _proxies = [.. options.TrustedProxies.Select(text => TryReadNetwork(text, out IPNetwork network)
            ? network
            : throw new ArgumentException($"`{text}` is not a network.", nameof(options)))];
    }

    /// <summary>Reads a network in CIDR notation, or one address.</summary>
    public static bool TryReadNetwork(string? text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
        {
            return true;
        }

        bool isAddress = IPAddress.TryParse(text, out IPAddress? address) && !text.Contains('/', StringComparison.Ordinal);
        network = isAddress ? new IPNetwork(address!, address!.GetAddressBytes().Length * 8) : default;
        return isAddress;
    }

    /// <summary>The client's address; the loopback address when there is none (a socket of the file system, a test server).</summary>
    public IPAddress Of(HttpContext context)
    {
        IPAddress peer = Plain(context.Connection.RemoteIpAddress ?? IPAddress.Loopback);
        return IsTrusted(peer) ? Plain(ForwardedChain.Client(peer, context.Request.Headers, _header, IsTrusted)) : peer;
    }

    /// <summary>The scheme of the address that the client used.</summary>
    public string SchemeOf(HttpContext context) =>
        (IsTrusted(context.Connection.RemoteIpAddress ?? IPAddress.None) ? ForwardedChain.Scheme(context.Request.Headers, _header) : null)
        ?? context.Request.Scheme;

    /// <summary>Whether it is one of the proxies that may speak for others.</summary>
    public bool IsTrusted(IPAddress address)
    {
        if (_proxies.Length == 0)
        {
            return false;
        }

        IPAddress plain = Plain(address);
        return Array.Exists(_proxies, network => network.Contains(plain));
    }

    /// <summary>An IPv4 address that came as an IPv6 one, as IPv4.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
