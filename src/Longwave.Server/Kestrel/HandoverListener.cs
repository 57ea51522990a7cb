using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Longwave.Server.Kestrel;

/// <summary>Accepts the connections handed over to a <see cref="HandoverEndPoint"/>.</summary>
internal sealed class HandoverListener(HandoverEndPoint endPoint) : IConnectionListener
{
    public EndPoint EndPoint => endPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await endPoint.Connections.Reader.WaitToReadAsync(cancellationToken) && endPoint.Connections.Reader.TryRead(out ConnectionContext? connection)
            ? connection
            : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        endPoint.Connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
