using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Longwave.Bench.Load;

/// <summary>A connection that asked for a stream; reads block.</summary>
internal sealed class StreamSocket : IDisposable
{
    private static readonly TimeSpan ReceiveTimeout = TimeSpan.FromSeconds(30);

    private StreamSocket(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    /// <summary>Connects and asks for <c>/v1/events?QUERY</c>, or the same of another path.</summary>
    public static StreamSocket Open(int port, string query, string? lastEventId = null, string path = "/v1/events")
    {
        string resume = lastEventId is null ? "" : $"Last-Event-ID: {lastEventId}\r\n";
        byte[] request = Encoding.ASCII.GetBytes($"GET {path}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n{resume}\r\n");
        Socket socket = Connect(port);
        socket.Send(request);
        return new StreamSocket(socket);
    }

    /// <summary>A connected socket without delay.</summary>
    /// <param name="port">Of the server.</param>
    /// <param name="receiveBufferBytes">Size of the kernel's receive buffer; 0 is the kernel's default.</param>
    public static Socket Connect(int port, int receiveBufferBytes = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)ReceiveTimeout.TotalMilliseconds,
        };
        if (receiveBufferBytes > 0)
        {
            socket.ReceiveBufferSize = receiveBufferBytes;
        }

        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    /// <summary>Reads what is there, at least one byte.</summary>
    /// <exception cref="BenchFailedException">The stream ended, or nothing came for a long time.</exception>
    public int Receive(Span<byte> buffer)
    {
        int received = Socket.Receive(buffer, SocketFlags.None, out SocketError error);
        return received > 0 ? received : throw new BenchFailedException($"A stream ended before its time ({error}).");
    }

    public void Dispose() => Socket.Dispose();
}
