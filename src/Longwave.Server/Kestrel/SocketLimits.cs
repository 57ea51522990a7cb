using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Server.Kestrel;

/// <summary>Bounds that hold before HTTP begins.</summary>
public static class SocketLimits
{
    /// <summary>Bounds the connections of one address on this endpoint, as <c>Server:Admission</c> says. Call it before <c>UseHttps</c>, so that handshakes count.</summary>
    /// <param name="listen">The endpoint; of an application with <c>AddLongwave</c>, else nothing is bounded.</param>
    /// <returns><paramref name="listen"/>.</returns>
    public static ListenOptions LimitSocketsPerAddress(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        if (listen.ApplicationServices.GetService<SocketAdmission>() is { } admission)
        {
            listen.Use(next => connection => admission.OnConnectionAsync(connection, next));
        }

        return listen;
    }
}
