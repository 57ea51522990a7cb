using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Connections;

/// <summary>Makes the kernel notice peers that vanished without a word.</summary>
internal static class SocketTimeouts
{
    private const int TcpLevel = 6;

    /// <summary><c>TCP_USER_TIMEOUT</c> of Linux (tcp(7)), which .NET has no name for.</summary>
    private const int UserTimeout = 18;

    /// <summary>
    /// Lets the connection break when bytes stay unacknowledged for <paramref name="timeout"/>: a peer that lost power acknowledges nothing, and
    /// the kernel on its own would go on for a quarter of an hour. Heartbeats are such bytes, so every stream has some.
    /// </summary>
    public static void LimitUnacknowledged(HttpContext context, TimeSpan timeout)
    {
        if (!OperatingSystem.IsLinux() || context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            return;
        }

        try
        {
            Span<byte> milliseconds = stackalloc byte[sizeof(int)];
            BitConverter.TryWriteBytes(milliseconds, (int)Math.Clamp(timeout.TotalMilliseconds, 1, int.MaxValue));
            socket.SetRawSocketOption(TcpLevel, UserTimeout, milliseconds);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Not a TCP socket, or one that is gone already: the stall time-out of the engine holds all the same.
        }
    }
}
