using System.Net;
using System.Net.Sockets;

namespace Longwave.Client.Tests.Hosting;

/// <summary>Accepts connections on a free local port and serves each, until it is disposed.</summary>
internal sealed class RawListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    /// <param name="serve">Serves the connection with this number, from 0. It owns the socket and must return after <see cref="Stopping"/> is cancelled.</param>
    public RawListener(Func<Socket, int, Task> serve)
    {
        Stopping = _stopping.Token;
        _listener.Start();
        _accepting = AcceptAsync(serve);
    }

    /// <summary>Cancelled on disposal.</summary>
    public CancellationToken Stopping { get; }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, int, Task> serve)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(Stopping);
                connections.Add(serve(socket, connections.Count));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }
}
