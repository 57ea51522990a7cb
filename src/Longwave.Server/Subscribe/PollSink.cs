using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Server.Subscribe;

/// <summary>Gathers the events of one poll answer, one JSON object each, until there are enough or the wait is over.</summary>
/// <remarks>
/// It is full at its number of events, or past its number of bytes; what comes after that belongs to the next poll. A wait that ends while
/// the subscriber still reads the log ends the poll as soon as there is a position from which the next poll skips nothing. The owner
/// writes while the request waits; the request reads once the subscriber has completed.
/// <para>
/// Memory order. <see cref="OnPosition"/> sets <c>_hasPosition</c>, then reads <c>_expired</c>; <see cref="Expire"/> sets <c>_expired</c>, then reads
/// <c>_hasPosition</c>. Both stores are full fences, so at least one of the two sees the other's and ends the poll. All other fields are the owner's.
/// </para>
/// </remarks>
internal sealed class PollSink(int maxEvents, int maxBytes) : ISink
{
    private readonly List<byte[]> _events = [];
    private readonly List<byte[]> _notices = [];
    private Subscriber _subscriber = null!;
    private long _bytes;
    private Position _position;
    private bool _isLive;
    private int _hasPosition;
    private int _expired;

    /// <summary>How a line that is no event begins; the type of an event can't begin so.</summary>
    private static ReadOnlySpan<byte> NoticePrefix => "{\"type\":\"longwave."u8;

    private static ReadOnlySpan<byte> TipPrefix => "{\"type\":\"longwave.tip\""u8;

    /// <summary>The events, as JSON objects without line ends.</summary>
    public IReadOnlyList<byte[]> Events => _events;

    /// <summary>Gap, reset and reconnect notices, as JSON objects.</summary>
    public IReadOnlyList<byte[]> Notices => _notices;

    /// <summary>How far the log was read before the first event, or null when that is not known.</summary>
    public Position? Position => Volatile.Read(ref _hasPosition) == 0 ? null : _position;

    private bool Full => _events.Count >= maxEvents || _bytes >= maxBytes;

    public void Attach(Subscriber subscriber) => _subscriber = subscriber;

    public bool TrySend(FrameRun run, out int taken)
    {
        taken = run.Count;
        for (int i = 0; i < run.Count; i++)
        {
            TakeLines(run[i]);
        }

        // While catching up more may follow at once; at the live edge whatever is here is the answer.
        if (Full || ((_events.Count > 0 || _notices.Count > 0) && (_isLive || Volatile.Read(ref _expired) != 0)))
        {
            _subscriber.Close(CloseReason.Finished);
        }

        return true;
    }

    public void OnPosition(Position position, bool isLive)
    {
        if (_events.Count == 0)
        {
            _position = position;
        }

        _isLive |= isLive;
        Interlocked.Exchange(ref _hasPosition, 1);
        if ((isLive && (_events.Count > 0 || _notices.Count > 0)) || Volatile.Read(ref _expired) != 0)
        {
            _subscriber.Close(CloseReason.Finished);
        }
    }

    public void Complete(CloseReason reason)
    {
        // The endpoint, which waits for the subscriber's completion, writes the answer.
    }

    /// <summary>The wait is over. Whichever of this and <see cref="OnPosition"/> comes second ends the poll.</summary>
    public void Expire()
    {
        Interlocked.Exchange(ref _expired, 1);
        if (Volatile.Read(ref _hasPosition) != 0)
        {
            _subscriber.Close(CloseReason.Finished);
        }
    }

    /// <summary>A frame is one line, or a few where it is made of several notices.</summary>
    private void TakeLines(ReadOnlySpan<byte> frame)
    {
        for (int end; (end = frame.IndexOf((byte)'\n')) >= 0; frame = frame[(end + 1)..])
        {
            Take(frame[..end]);
        }
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith(NoticePrefix))
        {
            if (!line.StartsWith(TipPrefix))
            {
                _notices.Add(line.ToArray());
            }
        }
        else if (!Full)
        {
            _events.Add(line.ToArray());
            _bytes += line.Length;
        }
    }
}
