using System.Net;

namespace Longwave.Server.Epoll;

/// <summary>An address whose connections are of our own transport, so that streams on them can be parked.</summary>
internal sealed class ParkableEndPoint(IPEndPoint endPoint) : IPEndPoint(endPoint.Address, endPoint.Port);
