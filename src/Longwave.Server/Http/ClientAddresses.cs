using System.Net;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Http;

/// <summary>Determines the client's address: the peer of the connection, or, if that is a trusted proxy, the address that it forwards.</summary>
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

    /// <summary>The client's address.</summary>
    public IPAddress Of(HttpContext context)
    {
        IPAddress peer = PeerOf(context);
        return IsTrusted(peer) ? Plain(ForwardedChain.Client(peer, context.Request.Headers, _header, IsTrusted)) : peer;
    }

    /// <summary>The scheme of the URL that the client used.</summary>
    public string SchemeOf(HttpContext context) =>
        (IsTrusted(PeerOf(context)) ? ForwardedChain.Scheme(context.Request.Headers, _header) : null)
        ?? context.Request.Scheme;

    /// <summary>Whether the address is a trusted proxy.</summary>
    public bool IsTrusted(IPAddress address)
    {
        if (_proxies.Length == 0)
        {
            return false;
        }

        IPAddress plain = Plain(address);
        return Array.Exists(_proxies, network => network.Contains(plain));
    }

    /// <summary>The address of the peer; the loopback address without a TCP connection, because the client is on this machine (a unix socket, a test server).</summary>
    private static IPAddress PeerOf(HttpContext context) => Plain(context.Connection.RemoteIpAddress ?? IPAddress.Loopback);

    /// <summary>Converts an IPv4-mapped IPv6 address to IPv4.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
