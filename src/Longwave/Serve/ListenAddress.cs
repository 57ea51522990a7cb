using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwave.Client.Connections;

namespace Longwave.Serve;

/// <summary>One address to listen on.</summary>
/// <param name="Url">The address as configured.</param>
/// <param name="Tls">Whether the scheme is https.</param>
/// <param name="EndPoints">Endpoints to bind.</param>
internal sealed record ListenAddress(string Url, bool Tls, IReadOnlyList<EndPoint> EndPoints)
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    /// <summary>Whether only this machine reaches every endpoint: loopback addresses and unix sockets.</summary>
    public bool IsLoopback => EndPoints.All(static e => e is UnixDomainSocketEndPoint || (e is IPEndPoint ip && IPAddress.IsLoopback(ip.Address)));

    /// <summary>
    /// Parses <c>scheme://host[:port]</c>; the host is an IP address, <c>localhost</c>, or <c>*</c> (<c>+</c>) for every address. <c>http://unix:/path</c> is a unix socket.
    /// </summary>
    /// <exception cref="StartFailedException">The address is not valid; the message gives the reason.</exception>
    public static ListenAddress Parse(string url)
    {
        if (UnixSocketUrl.TryRead(url, out UnixSocketUrl? socket, out string? error))
        {
            return socket is null ? throw Invalid(url, error!) : new ListenAddress(url, Tls: false, [new UnixDomainSocketEndPoint(socket.Path)]);
        }

        bool tls = url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!tls && !url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid(url, "it must start with http:// or https://");
        }

        string authority = url[(url.IndexOf("//", StringComparison.Ordinal) + 2)..].TrimEnd('/');
        int colon = authority.LastIndexOf(':');
        bool hasPort = colon >= 0 && !authority.EndsWith(']') && colon > authority.LastIndexOf(']');
        string host = hasPort ? authority[..colon] : authority;
        int port = tls ? HttpsPort : HttpPort;
        if (hasPort
            && (!int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > IPEndPoint.MaxPort))
        {
            throw Invalid(url, $"`{authority[(colon + 1)..]}` is not a port");
        }

        return new ListenAddress(url, tls, [.. Addresses(url, host, port).Select(a => new IPEndPoint(a, port))]);
    }

    private static IPAddress[] Addresses(string url, string host, int port)
    {
        if (host is "*" or "+")
        {
            return [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
        }

        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            // With port 0, two sockets would get two different ports: bind only one.
            return port != 0 && HasIPv6Loopback() ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        }

        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        return IPAddress.TryParse(bracketed ? host[1..^1] : host, out IPAddress? address) && bracketed == (address.AddressFamily == AddressFamily.InterNetworkV6)
            ? [address]
            : throw Invalid(url, $"`{host}` is not an IP address; use an IP address, localhost, or * for all addresses of this machine");
    }

    /// <summary>Whether an IPv6 loopback address exists; containers often support the protocol without having an address.</summary>
    private static bool HasIPv6Loopback()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return false;
        }

        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static StartFailedException Invalid(string url, string reason) =>
        new(StartFailure.UsageExitCode, $"Cannot listen on `{url}`: {reason}.");
}
