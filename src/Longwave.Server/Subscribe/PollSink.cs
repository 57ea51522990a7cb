using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Server.Subscribe;

/// <summary>Sink that collects the events of one poll answer, one JSON object each, until the limit or the end of the wait.</summary>
/// <remarks>
/// It is full at its limit of events, or above its limit of bytes; later events belong to the next poll. When the wait ends while
/// the subscriber still reads the log, the poll ends at the first position at which the next poll can resume without a loss. The shard
/// writes while the request waits; the request reads after the subscriber has completed.
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

    /// <summary>Prefix of a line that is a control event; the type of a published event cannot begin with it.</summary>
    private static ReadOnlySpan<byte> NoticePrefix => "{\"type\":\"longwave."u8;

    private static ReadOnlySpan<byte> TipPrefix => "{\"type\":\"longwave.tip\""u8;

    /// <summary>The events, as JSON objects without line ends.</summary>
    public IReadOnlyList<byte[]> Events => _events;

    /// <summary>Gap, reset and reconnect notices, as JSON objects.</summary>
    public IReadOnlyList<byte[]> Notices => _notices;

    /// <summary>Position up to which the log was read before the first event; null if unknown.</summary>
    public Position? Position => Volatile.Read(ref _hasPosition) == 0 ? null : _position;

    private bool Full => _events.Count >= maxEvents || _bytes >= maxBytes;

    public void Attach(Subscriber subscriber) => _subscriber = subscriber;

    public bool TrySend(FrameBatch batch, out int taken)
    {
        taken = batch.Count;
        for (int i = 0; i < batch.Count; i++)
        {
            TakeLines(batch[i]);
        }

        // During catch-up more events may follow at once; a live poll answers with the events collected so far.
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
        // The endpoint waits for the subscriber's completion and then writes the answer.
    }

    /// <summary>Ends the wait. The second of this call and <see cref="OnPosition"/> ends the poll.</summary>
    public void Expire()
    {
        Interlocked.Exchange(ref _expired, 1);
        if (Volatile.Read(ref _hasPosition) != 0)
        {
            _subscriber.Close(CloseReason.Finished);
        }
    }

    /// <summary>Adds the lines of a frame: one line, or several when the frame contains several notices.</summary>
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
