using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Server.Kestrel;

/// <summary>Limits that apply before HTTP starts.</summary>
public static class SocketLimits
{
    /// <summary>Limits the connections of one address on this endpoint, as configured in <c>Server:Admission</c>. Call it before <c>UseHttps</c>, so that handshakes count.</summary>
    /// <param name="listen">The endpoint of an application with <c>AddLongwave</c>; without it, there is no limit.</param>
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

    /// <summary>
    /// Ends connections of this endpoint that the web server has forgotten, so that they no longer count. For endpoints with HTTP/2; call it
    /// after <see cref="LimitSocketsPerAddress"/> and before <c>UseHttps</c>.
    /// </summary>
    /// <param name="listen">The endpoint of an application with <c>AddLongwave</c>; without it, the call has no effect.</param>
    /// <returns><paramref name="listen"/>.</returns>
    public static ListenOptions ReleaseForgottenConnections(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        if (listen.ApplicationServices.GetService<ForgottenConnections>() is { } forgotten)
        {
            listen.Use(next => connection => forgotten.OnConnectionAsync(connection, next));
        }

        return listen;
    }
}
