using System.Net;
using System.Net.Sockets;

namespace Longwave.Client.Tests.Hosting;

/// <summary>A TCP proxy to a local port. On its first connection it forwards only a number of response bytes, then aborts the connection.</summary>
internal sealed class CuttingWire : IAsyncDisposable
{
    private readonly RawListener _listener;
    private readonly int _port;
    private int _left;

    public CuttingWire(int port, int bytes)
    {
        (_port, _left) = (port, bytes);
        _listener = new RawListener((near, number) => ConnectAsync(near, isFirst: number == 0));
    }

    public string Url => _listener.Url;

    /// <summary>Whether the response was shorter than the limit.</summary>
    public bool IsWhole => Volatile.Read(ref _left) > 0;

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ConnectAsync(Socket near, bool isFirst)
    {
        using (near)
        using (var far = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, _port, _listener.Stopping);
                Task back = CopyAsync(far, near, isFirst);
                Task forth = CopyAsync(near, far, isCut: false);
                await Task.WhenAny(back, forth);
                near.Close(timeout: 0);
                far.Close(timeout: 0);
                await Task.WhenAll(back, forth);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The connection was aborted.
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool isCut)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (!(isCut && _left == 0) && await from.ReceiveAsync(buffer, _listener.Stopping) is > 0 and int read)
            {
                int some = isCut ? Math.Min(read, _left) : read;
                await to.SendAsync(buffer.AsMemory(0, some), _listener.Stopping);
                if (isCut)
                {
                    Volatile.Write(ref _left, _left - some);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection was aborted.
        }
    }
}
