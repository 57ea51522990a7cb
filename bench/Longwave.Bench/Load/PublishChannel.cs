using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Longwave.Bench.Load;

/// <summary>A keep-alive connection that publishes, one request at a time.</summary>
internal sealed class PublishChannel : IChannel
{
    private readonly LoadLoop _loop;
    private readonly IRequests _requests;
    private readonly Action<PublishChannel> _answered;
    private readonly byte[] _response = new byte[64 * 1024];
    private readonly int _number;
    private ReadOnlyMemory<byte> _unsent;
    private int _received;
    private int _responseLength;
    private long _sentAt;
    private bool _watchesWrites;

    /// <param name="loop">Where it is served.</param>
    /// <param name="port">Of the hub.</param>
    /// <param name="requests">What it sends.</param>
    /// <param name="answered">Called when the hub has acknowledged a request.</param>
    public PublishChannel(LoadLoop loop, int port, IRequests requests, Action<PublishChannel> answered)
    {
        (_loop, _requests, _answered) = (loop, requests, answered);
        Socket = StreamSocket.Connect(port);
        Socket.Blocking = false;
        _number = loop.Add(this);
    }

    public Socket Socket { get; }

    /// <summary>Events of each request.</summary>
    public int Events => _requests.Events;

    /// <summary>Whether it waits for no answer.</summary>
    public bool IsIdle { get; private set; } = true;

    /// <summary>Time from sending the last request until its answer was there, in ticks of <see cref="Stopwatch"/>.</summary>
    public long LatencyTicks { get; private set; }

    /// <summary>Sends the next request.</summary>
    public void Send()
    {
        IsIdle = false;
        _unsent = _requests.Next();
        _received = _responseLength = 0;
        _sentAt = Stopwatch.GetTimestamp();
        Write();
    }

    public void OnWritable(LoadLoop loop) => Write();

    public void OnReadable(LoadLoop loop)
    {
        int received = Socket.Receive(_response.AsSpan(_received), SocketFlags.None, out SocketError error);
        if (received <= 0)
        {
            if (error is SocketError.WouldBlock)
            {
                return;
            }

            throw new BenchFailedException($"The hub closed a connection that publishes ({error}).");
        }

        _received += received;
        ReadHead();
        if (_responseLength > 0 && _received >= _responseLength)
        {
            IsIdle = true;
            LatencyTicks = Stopwatch.GetTimestamp() - _sentAt;
            _answered(this);
        }
    }

    public void Dispose() => Socket.Dispose();

    /// <summary>Finds out how long the response is, and that it is the one that acknowledges every event as new.</summary>
    private void ReadHead()
    {
        ReadOnlySpan<byte> response = _response.AsSpan(0, _received);
        int head = _responseLength > 0 ? -1 : response.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return;
        }

        ReadOnlySpan<byte> length = "Content-Length: "u8;
        int lengthAt = response[..head].IndexOf(length);
        int body = 0;
        if (!response.StartsWith("HTTP/1.1 201"u8)
            || lengthAt < 0
            || !Utf8Parser.TryParse(response[(lengthAt + length.Length)..], out body, out _))
        {
            throw new BenchFailedException($"A publish was not accepted: {Encoding.UTF8.GetString(response)}");
        }

        _responseLength = head + 4 + body;
        if (_responseLength > _response.Length)
        {
            throw new BenchFailedException($"A response of {_responseLength} bytes was not expected.");
        }
    }

    private void Write()
    {
        while (!_unsent.IsEmpty)
        {
            int sent = Socket.Send(_unsent.Span, SocketFlags.None, out SocketError error);
            if (error is SocketError.WouldBlock)
            {
                WatchWrites(true);
                return;
            }

            if (error is not SocketError.Success)
            {
                throw new BenchFailedException($"The hub closed a connection that publishes ({error}).");
            }

            _unsent = _unsent[sent..];
        }

        WatchWrites(false);
    }

    private void WatchWrites(bool watch)
    {
        if (_watchesWrites != watch)
        {
            _watchesWrites = watch;
            _loop.WatchWrites(this, _number, watch);
        }
    }
}
