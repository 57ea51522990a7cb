using System.Net;
using System.Net.Sockets;

namespace Longwave.Client.Tests.Hosting;

/// <summary>A wire to a port of this machine. Of what comes back on its first connection only so many bytes arrive; then it is cut, without a farewell.</summary>
internal sealed class CuttingWire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _port;
    private readonly Task _accepting;
    private int _left;

    public CuttingWire(int port, int bytes)
    {
        (_port, _left) = (port, bytes);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Whether fewer bytes came back than it would have let through.</summary>
    public bool IsWhole => Volatile.Read(ref _left) > 0;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var wires = new List<Task>();
        try
        {
            while (true)
            {
                Socket near = await _listener.AcceptSocketAsync(_stopping.Token);
                wires.Add(ConnectAsync(near, isFirst: wires.Count == 0));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(wires);
        }
    }

    private async Task ConnectAsync(Socket near, bool isFirst)
    {
        using (near)
        using (var far = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, _port, _stopping.Token);
                Task back = CopyAsync(far, near, isFirst);
                Task forth = CopyAsync(near, far, isCut: false);
                await Task.WhenAny(back, forth);
                near.Close(timeout: 0);
                far.Close(timeout: 0);
                await Task.WhenAll(back, forth);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Cut.
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool isCut)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (!(isCut && _left == 0) && await from.ReceiveAsync(buffer, _stopping.Token) is > 0 and int read)
            {
                int some = isCut ? Math.Min(read, _left) : read;
                await to.SendAsync(buffer.AsMemory(0, some), _stopping.Token);
                if (isCut)
                {
                    Volatile.Write(ref _left, _left - some);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
