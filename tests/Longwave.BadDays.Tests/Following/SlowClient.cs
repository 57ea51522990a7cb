using System.Net.Sockets;
using System.Text;
using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Following;

/// <summary>A client that opens a stream and does not read it, with the smallest possible receive buffer in the kernel.</summary>
internal sealed class SlowClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };

    public static SlowClient Connect(HubSettings settings, string query)
    {
        var client = new SlowClient();
        client._socket.Connect(settings.Host, settings.Port);

        // HTTP/1.0: the body has no chunks, so that an event stream parser can read it directly.
        client._socket.Send(Encoding.ASCII.GetBytes($"GET /v1/events?{query} HTTP/1.0\r\nHost: {settings.Host}\r\n\r\n"));
        return client;
    }

    /// <summary>Resumes reading until it has the given number of events or the stream ends.</summary>
    public Task<List<Received>> ReadAsync(int most) => ReadUntilAsync(events => events.Count >= most);

    /// <summary>Resumes reading until the condition holds or the stream ends.</summary>
    public async Task<List<Received>> ReadUntilAsync(Func<List<Received>, bool> isDone)
    {
        var events = new List<Received>();
        var reading = new EventStreamReading();
        var buffer = new byte[64 * 1024];
        bool inBody = false;
        try
        {
            for (int read; !isDone(events) && (read = await _socket.ReceiveAsync(buffer).WaitAsync(Patience.Bound)) > 0;)
            {
                int start = 0;
                if (!inBody)
                {
                    // The server writes the headers in one piece, so they arrive together.
                    Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
                    start = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8) + 4;
                    inBody = true;
                }

                reading.Read(buffer.AsSpan(start, read - start), events.Add);
            }
        }
        catch (SocketException)
        {
            // The hub closed the connection.
        }

        return events;
    }

    public void Dispose() => _socket.Dispose();
}
