using System.Net.Sockets;
using System.Text;

namespace Longwave.BadDays.Tests.Attacks;

/// <summary>Connections that send part of a request and then stay silent.</summary>
internal sealed class HalfOpenConnections : IDisposable
{
    private const int AtOnce = 64;

    private readonly List<Socket> _sockets = [];

    public int Count => _sockets.Count;

    /// <summary>Opens the connections; each sends a different part of a request, some send nothing.</summary>
    public static async Task<HalfOpenConnections> OpenAsync(string host, int port, int count)
    {
        string[] beginnings = ["", "G", "GET /v1/events?topic=a HTTP/1.1\r\nHost: loc", "PRI * HTT", "POST /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\nContent-Len"];
        var connections = new HalfOpenConnections();
        try
        {
            foreach (int[] some in Enumerable.Range(0, count).Chunk(AtOnce))
            {
                connections._sockets.AddRange(await Task.WhenAll(some.Select(i => OpenAsync(host, port, beginnings[i % beginnings.Length]))));
            }

            return connections;
        }
        catch
        {
            connections.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the server has closed all connections; returns the number closed in time.</summary>
    public async Task<int> CountClosedAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience, TimeProvider.System);
        bool[] closed = await Task.WhenAll(_sockets.Select(socket => IsClosedAsync(socket, deadline.Token)));
        return closed.Count(static one => one);
    }

    public void Dispose() => _sockets.ForEach(static socket => socket.Dispose());

    private static async Task<Socket> OpenAsync(string host, int port, string beginning)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host, port);
        if (beginning.Length > 0)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(beginning));
        }

        return socket;
    }

    private static async Task<bool> IsClosedAsync(Socket socket, CancellationToken cancellation)
    {
        byte[] buffer = new byte[64];
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellation) > 0)
            {
                // A final response, e.g. a 408.
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
