using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Longwave.Server.Kestrel;

/// <summary>An address inside the process: connections come to it from <see cref="PrefaceRouter"/>, not from a socket.</summary>
/// <remarks>The queue has no bound of its own: each entry is an accepted connection, and those are limited.</remarks>
internal sealed class HandoverEndPoint(string name) : EndPoint
{
    /// <summary>Connections on their way to the server.</summary>
    public Channel<ConnectionContext> Connections { get; } = Channel.CreateUnbounded<ConnectionContext>();

    public override string ToString() => $"{name}#h2c";
}
