using System.Net.Sockets;
using System.Text;
using Longwave.Bench.Load;

namespace Longwave.Bench.Fanout;

/// <summary>A keep-alive connection that publishes numbered events, one request at a time.</summary>
internal sealed class Publisher : IDisposable
{
    private readonly byte[] _request;
    private readonly int _dataBytes;
    private readonly byte[] _answer = new byte[16 * 1024];
    private int _received;

    /// <param name="port">Of the server.</param>
    /// <param name="path">That it posts to.</param>
    /// <param name="dataBytes">Bytes of data in each event.</param>
    public Publisher(int port, string path, int dataBytes)
    {
        string head = $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: {dataBytes}\r\n\r\n";
        (_request, _dataBytes) = ([.. Encoding.ASCII.GetBytes(head), .. EventNumbers.Data(dataBytes)], dataBytes);
        Socket = StreamSocket.Connect(port);
        Socket.Blocking = false;
    }

    public Socket Socket { get; }

    /// <summary>Whether the last event was acknowledged.</summary>
    public bool IsIdle { get; private set; } = true;

    /// <summary>The body of the last answer.</summary>
    public string Answer { get; private set; } = "";

    /// <summary>Sends an event. The one before is acknowledged, so the connection takes it whole.</summary>
    public void Send(int number)
    {
        EventNumbers.Write(_request.AsSpan(^_dataBytes..), number);
        (IsIdle, _received) = (false, 0);
        if (Socket.Send(_request, SocketFlags.None, out SocketError error) != _request.Length)
        {
            throw new BenchFailedException($"An event could not be sent ({error}).");
        }
    }

    public void OnReadable()
    {
        int received = Socket.Receive(_answer.AsSpan(_received), SocketFlags.None, out SocketError error);
        if (received <= 0)
        {
            throw new BenchFailedException($"The server closed the connection that publishes ({error}).");
        }

        _received += received;
        ReadOnlySpan<byte> answer = _answer.AsSpan(0, _received);
        int head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return;
        }

        ReadOnlySpan<byte> field = "\r\ncontent-length: "u8;
        string text = Encoding.ASCII.GetString(answer[..(head + 4)]);
        int at = text.IndexOf(Encoding.ASCII.GetString(field), StringComparison.OrdinalIgnoreCase);
        int length = at < 0 ? 0 : int.Parse(text.AsSpan((at + field.Length)..text.IndexOf('\r', at + 2)), System.Globalization.CultureInfo.InvariantCulture);
        if (!text.StartsWith("HTTP/1.1 2", StringComparison.Ordinal) || at < 0)
        {
            throw new BenchFailedException($"A publish was not accepted: {Encoding.UTF8.GetString(answer)}");
        }

        if (_received == head + 4 + length)
        {
            Answer = Encoding.UTF8.GetString(answer[(head + 4)..]);
            IsIdle = true;
        }
    }

    public void Dispose() => Socket.Dispose();
}
