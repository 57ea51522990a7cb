using System.Net;
using System.Net.Sockets;
using Longwave.Server.Epoll;
using Microsoft.AspNetCore.Connections;

namespace Longwave.Server.Kestrel;

/// <summary>Binds unix sockets: replaces the file that a dead process has left behind, and restricts who may connect before anyone can.</summary>
/// <remarks>The runtime removes the file when it closes the listening socket.</remarks>
internal static class SocketFile
{
    /// <summary>Creates the socket and its file. The caller calls <c>Listen</c>.</summary>
    /// <param name="endPoint">Path of the file.</param>
    /// <param name="mode">Permissions of the file; a client needs the right to write.</param>
    /// <exception cref="AddressInUseException">Another process listens on the socket.</exception>
    /// <exception cref="SocketFileUnusableException">The file cannot be created.</exception>
    public static Socket Bind(UnixDomainSocketEndPoint endPoint, UnixFileMode mode)
    {
        string path = endPoint.ToString();
        string? directory = Path.GetDirectoryName(path);
        if (!Directory.Exists(directory))
        {
            throw new SocketFileUnusableException(path, $"the directory {directory} does not exist. Create it, or choose another path.");
        }

        RemoveStale(endPoint, path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endPoint);
            if (!OperatingSystem.IsWindows())
            {
                // No client can connect before listen(2), so wider permissions by the umask have no effect.
                File.SetUnixFileMode(path, mode);
            }

            return socket;
        }
        catch (SocketException failed) when (failed.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(failed.Message, failed);
        }
        catch (Exception failed)
        {
            socket.Dispose();
            throw failed is SocketException or IOException or UnauthorizedAccessException
                ? new SocketFileUnusableException(path, $"{failed.Message.TrimEnd('.')}. The hub must be able to create files in {directory}.", failed)
                : failed;
        }
    }

    /// <summary>Removes a socket on which no process listens. A crash leaves it behind, and bind(2) fails while it exists.</summary>
    private static void RemoveStale(UnixDomainSocketEndPoint endPoint, string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            return;
        }

        SocketError answer = Connect(endPoint);
        if (answer is SocketError.Success or SocketError.WouldBlock or SocketError.InProgress)
        {
            throw new AddressInUseException($"Another process listens on the unix socket {path}.");
        }

        // A file that is no socket refuses connections, too: it stays.
        if (answer != SocketError.ConnectionRefused || !OperatingSystem.IsLinux() || !SystemCalls.IsSocketFile(path))
        {
            throw new SocketFileUnusableException(
                path, $"the file exists, and the hub cannot tell that it is the socket of a process that has ended ({new SocketException((int)answer).Message}). Remove it, or choose another path.");
        }

        try
        {
            File.Delete(path);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new SocketFileUnusableException(path, $"the socket of a process that has ended cannot be removed: {failed.Message}", failed);
        }
    }

    private static SocketError Connect(UnixDomainSocketEndPoint endPoint)
    {
        // Not blocking: connect(2) would wait for a live process whose backlog is full.
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(endPoint);
            return SocketError.Success;
        }
        catch (SocketException failed)
        {
            return failed.SocketErrorCode;
        }
    }
}
