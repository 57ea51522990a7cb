using System.Net;

namespace Longwave.Server.Epoll;

/// <summary>An endpoint of our own transport, whose streams can be parked.</summary>
internal sealed class ParkableEndPoint(IPEndPoint endPoint) : IPEndPoint(endPoint.Address, endPoint.Port);
