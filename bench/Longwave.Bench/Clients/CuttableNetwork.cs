using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Longwave.Bench.Clients;

/// <summary>HTTP whose connections can all be cut in one moment, and whose new ones are timed.</summary>
internal sealed class CuttableNetwork : IDisposable
{
    // Guards _sockets and _connects.
    private readonly Lock _lock = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<double> _connects = [];
    private long _cutAt = Stopwatch.GetTimestamp();

    public CuttableNetwork() => Http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public HttpClient Http { get; }

    /// <summary>Seconds from the last cut to each connection that was made since.</summary>
    public IReadOnlyList<double> ConnectsSinceCut
    {
        get
        {
            lock (_lock)
            {
                return [.. _connects.Order()];
            }
        }
    }

    /// <summary>Cuts everything, as when a network goes.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _cutAt = Stopwatch.GetTimestamp();
            _connects.Clear();
            foreach (Socket socket in _sockets)
            {
                socket.Close(timeout: 0);
            }

            _sockets.Clear();
        }
    }

    public void Dispose() => Http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        lock (_lock)
        {
            // The moment in which the client wants to connect is what its back-off decides.
            _connects.Add(Stopwatch.GetElapsedTime(_cutAt).TotalSeconds);
            _sockets.Add(socket);
        }

        await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
