using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Epoll;

/// <summary>Makes the kernel notice peers that vanished without a word.</summary>
internal static class SocketTimeouts
{
    private const int TcpLevel = 6;

    /// <summary><c>TCP_USER_TIMEOUT</c> of Linux (tcp(7)), which .NET has no name for.</summary>
    private const int UserTimeout = 18;

    /// <summary><c>TCP_DEFER_ACCEPT</c> of Linux.</summary>
    private const int DeferAccept = 9;

    /// <summary><c>TCP_NOTSENT_LOWAT</c> of Linux.</summary>
    private const int NotSentLowWater = 25;

    /// <summary>
    /// Lets the connection break when bytes stay unacknowledged for <paramref name="timeout"/>: a peer that lost power acknowledges nothing, and
    /// the kernel on its own would go on for a quarter of an hour. Heartbeats are such bytes, so every stream has some.
    /// </summary>
    public static void LimitUnacknowledged(HttpContext context, TimeSpan timeout)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            LimitUnacknowledged(socket, timeout);
        }
    }

    /// <summary>The same for a socket, or for all connections of one that listens.</summary>
    public static void LimitUnacknowledged(Socket socket, TimeSpan timeout) =>
        Set(socket, UserTimeout, (int)Math.Clamp(timeout.TotalMilliseconds, 1, int.MaxValue));

    /// <summary>Lets a socket take no more than this beyond what is on its way: a client that does not read costs the kernel little, too.</summary>
    public static void LimitUnsent(Socket socket, int bytes) => Set(socket, NotSentLowWater, bytes);

    /// <summary>Lets a listening socket accept a connection when its first bytes have come: a client of HTTP speaks first.</summary>
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
            // Not a TCP socket, or one that is gone already: the stall time-out of the engine holds all the same.
        }
    }
}
