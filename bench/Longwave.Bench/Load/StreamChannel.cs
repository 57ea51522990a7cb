using System.Net.Sockets;

namespace Longwave.Bench.Load;

/// <summary>An open stream that counts what it is given.</summary>
internal sealed class StreamChannel : IChannel
{
    private readonly StreamSet _set;
    private bool _greeted;

    public StreamChannel(StreamSet set, int port, string query)
    {
        _set = set;
        Socket = StreamSocket.Open(port, query).Socket;
        Socket.Blocking = false;
    }

    public Socket Socket { get; }

    public void OnReadable(LoadLoop loop)
    {
        int received = Socket.Receive(loop.Buffer, SocketFlags.None, out SocketError error);
        if (received <= 0)
        {
            if (error is SocketError.WouldBlock)
            {
                return;
            }

            throw new BenchFailedException($"A stream ended before its time ({error}).");
        }

        ReadOnlySpan<byte> bytes = loop.Buffer.AsSpan(0, received);
        if (!_greeted)
        {
            _greeted = bytes.StartsWith("HTTP/1.1 200"u8)
                ? true
                : throw new BenchFailedException($"A stream was refused: {System.Text.Encoding.ASCII.GetString(bytes)}");
            _set.Greeted++;
        }

        _set.Delivered += Payload.Count(bytes);
    }

    public void OnWritable(LoadLoop loop)
    {
        // Its request was sent while the socket still blocked.
    }

    public void Dispose() => Socket.Dispose();
}
