using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Longwave.Server.Kestrel;

/// <summary>An endpoint inside the process: it receives its connections from <see cref="PrefaceRouter"/>, not from a socket.</summary>
/// <remarks>The queue has no limit of its own, because each entry is an accepted connection and those are limited.</remarks>
internal sealed class HandoverEndPoint(string name) : EndPoint
{
    /// <summary>Connections that the server has not accepted yet.</summary>
    public Channel<ConnectionContext> Connections { get; } = Channel.CreateUnbounded<ConnectionContext>();

    public override string ToString() => $"{name}#h2c";
}
