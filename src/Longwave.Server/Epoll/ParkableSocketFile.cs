using System.Net;
using System.Net.Sockets;

namespace Longwave.Server.Epoll;

/// <summary>A unix socket for <see cref="ReactorListenerFactory"/>, without affecting other unix sockets of the application, such as ones with TLS.</summary>
internal sealed class ParkableSocketFile(UnixDomainSocketEndPoint endPoint) : EndPoint
{
    /// <summary>Path of the socket.</summary>
    public UnixDomainSocketEndPoint EndPoint { get; } = endPoint;

    public override AddressFamily AddressFamily => AddressFamily.Unix;

    public override string ToString() => $"unix:{EndPoint}";
}
