using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Epoll;

/// <summary>Socket options that let the kernel detect vanished peers and limit its buffers.</summary>
internal static class SocketTimeouts
{
    private const int TcpLevel = 6;

    /// <summary><c>TCP_USER_TIMEOUT</c> of Linux (tcp(7)), for which .NET has no constant.</summary>
    private const int UserTimeout = 18;

    /// <summary><c>TCP_DEFER_ACCEPT</c> of Linux.</summary>
    private const int DeferAccept = 9;

    /// <summary><c>TCP_NOTSENT_LOWAT</c> of Linux.</summary>
    private const int NotSentLowWater = 25;

    /// <summary>
    /// Breaks the connection when bytes stay unacknowledged for <paramref name="timeout"/>. A peer that lost power acknowledges nothing, and by
    /// default the kernel retransmits for about 15 minutes. Heartbeats make sure that every stream has such bytes.
    /// </summary>
    public static void LimitUnacknowledged(HttpContext context, TimeSpan timeout)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            LimitUnacknowledged(socket, timeout);
        }
    }

    /// <summary>Sets the same option on a socket, or on a listening socket for all its connections.</summary>
    public static void LimitUnacknowledged(Socket socket, TimeSpan timeout) =>
        Set(socket, UserTimeout, (int)Math.Clamp(timeout.TotalMilliseconds, 1, int.MaxValue));

    /// <summary>Limits the unsent bytes that the kernel buffers for a socket, so that a slow client also needs little kernel memory.</summary>
    public static void LimitUnsent(Socket socket, int bytes) => Set(socket, NotSentLowWater, bytes);

    /// <summary>Defers accepting a connection until its first bytes arrive, because an HTTP client sends first.</summary>
    public static void AcceptWithBytes(Socket socket, TimeSpan patience) => Set(socket, DeferAccept, (int)patience.TotalSeconds);

    private static void Set(Socket socket, int option, int value)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BitConverter.TryWriteBytes(bytes, value);
            socket.SetRawSocketOption(TcpLevel, option, bytes);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Not a TCP socket, or already closed: the engine's stall timeout still applies.
        }
    }
}
