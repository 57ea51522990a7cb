using System.Net.Sockets;
using System.Text;
using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Following;

/// <summary>A client that asks for a stream and does not read it, with as little room for it in the kernel as there can be.</summary>
internal sealed class SlowClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };

    public static SlowClient Connect(HubSettings settings, string query)
    {
        var client = new SlowClient();
        client._socket.Connect(settings.Host, settings.Port);

        // HTTP/1.0: the body comes as it is, without chunks, so that reading it needs nothing but a parser of event streams.
        client._socket.Send(Encoding.ASCII.GetBytes($"GET /v1/events?{query} HTTP/1.0\r\nHost: {settings.Host}\r\n\r\n"));
        return client;
    }

    /// <summary>Reads after all, until it has so many events or the stream is over.</summary>
    public Task<List<Received>> ReadAsync(int most) => ReadUntilAsync(events => events.Count >= most);

    /// <summary>Reads after all, until it has what it waits for or the stream is over.</summary>
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
                    // The headers come in one piece: the server writes them at once.
                    Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
                    start = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8) + 4;
                    inBody = true;
                }

                reading.Read(buffer.AsSpan(start, read - start), events.Add);
            }
        }
        catch (SocketException)
        {
            // The hub cut it off.
        }

        return events;
    }

    public void Dispose() => _socket.Dispose();
}
