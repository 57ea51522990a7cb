using System.Buffers;
using System.Diagnostics;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Server.Http;

namespace Longwave.Server.Subscribe;

/// <summary>Sink that writes the events of one poll answer, one JSON object each, until the limit or the end of the wait.</summary>
/// <remarks>
/// It is full at its limit of events, or above its limit of bytes; later events belong to the next poll. When the wait ends while
/// the subscriber still reads the log, the poll ends at the first position at which the next poll can resume without a loss. The shard
/// writes while the request waits; the request writes the end of the document after the subscriber has completed.
/// <para>
/// The first piece stays here: an answer that fits into it has a length, and can still become a rejection. A longer answer continues in the pipe of
/// the response, so that a poll never holds more than a piece and the rest of one event. The piece counts in the budget of all answers. An answer
/// without room for it is rejected (<see cref="Rejection"/>).
/// </para>
/// <para>
/// Memory order. <see cref="OnPosition"/> sets <c>_hasPosition</c>, then reads <c>_expired</c>; <see cref="Expire"/> sets <c>_expired</c>, then reads
/// <c>_hasPosition</c>. Both stores are full fences, so at least one of the two sees the other's and ends the poll. All other fields are the owner's.
/// </para>
/// </remarks>
/// <param name="output">Pipe of the response.</param>
/// <param name="room">Room of the client.</param>
/// <param name="maxEvents">Limit of events.</param>
/// <param name="maxBytes">Bytes after which no more events are added.</param>
internal sealed class PollSink(PipeOutput output, AnswerRoom room, int maxEvents, int maxBytes) : ISink
{
    /// <summary>Notices after which the poll ends. Each is a short object that the answer repeats at its end.</summary>
    private const int MostNotices = 100;

    private readonly List<byte[]> _notices = [];
    private ArrayBufferWriter<byte>? _first;
    private Subscriber _subscriber = null!;
    private int _reserved;
    private int _events;
    private long _bytes;
    private Position _position;
    private string? _next;
    private bool _isLive;
    private int _hasPosition;
    private int _expired;

    /// <summary>Prefix of a line that is a control event; the type of a published event cannot begin with it.</summary>
    private static ReadOnlySpan<byte> NoticePrefix => "{\"type\":\"longwave."u8;

    private static ReadOnlySpan<byte> TipPrefix => "{\"type\":\"longwave.tip\""u8;

    /// <summary>Why the answer has no room, if no event was written; otherwise null.</summary>
    public Problem? Rejection { get; private set; }

    /// <summary>Whether a part of the answer is in the pipe of the response: it can only continue or be aborted.</summary>
    public bool IsInPipe { get; private set; }

    /// <summary>The beginning of the document, up to the last event, while it is not in the pipe.</summary>
    public ArrayBufferWriter<byte> First => _first ??= NewFirst();

    /// <summary>Gap, reset and reconnect notices, as JSON objects.</summary>
    public IReadOnlyList<byte[]> Notices => _notices;

    /// <summary>Position after which the next poll continues: that of the last event, or up to where the log was read; null if unknown.</summary>
    public string? Next => _next ?? (Volatile.Read(ref _hasPosition) == 0 ? null : _position.ToString());

    private bool Full => _events >= maxEvents || _bytes >= maxBytes || (_notices.Count >= MostNotices && _events > 0);

    public void Attach(Subscriber subscriber)
    {
        _subscriber = subscriber;
        output.Attach(subscriber);
    }

    public bool TrySend(FrameBatch batch, out int taken)
    {
        bool isOpen = true;
        int last = -1;
        for (taken = 0; taken < batch.Count && isOpen; taken++)
        {
            if (batch[taken].StartsWith(NoticePrefix))
            {
                AddNotices(batch[taken]);
            }
            else if (!Full && HasRoomFor(batch, taken))
            {
                isOpen = TryWriteEvent(batch, taken);
                last = taken;
            }
            else
            {
                // The rest belongs to the next poll.
                taken = batch.Count - 1;
            }
        }

        if (last >= 0)
        {
            _next = PollResponse.PositionOf(batch[last]);
        }

        // During catch-up more events may follow at once; a live poll answers with the events collected so far.
        if (Full || ((_events > 0 || _notices.Count > 0) && (_isLive || Volatile.Read(ref _expired) != 0)))
        {
            _subscriber.Close(CloseReason.Finished);
        }

        return isOpen;
    }

    public void OnPosition(Position position, bool isLive)
    {
        if (_events == 0)
        {
            _position = position;
        }

        _isLive |= isLive;
        Interlocked.Exchange(ref _hasPosition, 1);
        if ((isLive && (_events > 0 || _notices.Count > 0)) || _notices.Count >= MostNotices || Volatile.Read(ref _expired) != 0)
        {
            _subscriber.Close(CloseReason.Finished);
        }
    }

    public void Complete(CloseReason reason)
    {
        // The endpoint waits for the subscriber's completion and then ends the document.
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

    /// <summary>Drops what was not flushed, and waits until the pipe is no longer used. Before the response is aborted.</summary>
    public Task DropAsync()
    {
        output.Drop();
        return output.SettledAsync();
    }

    /// <summary>Completes when everything is flushed.</summary>
    public Task SettledAsync() => output.SettledAsync();

    /// <summary>Returns the reservation. After the end of the answer.</summary>
    public void Release()
    {
        room.Return(_reserved);
        _reserved = 0;
    }

    /// <summary>Reserves the first piece, and checks the room for an event of which a slow client would hold a copy.</summary>
    private bool HasRoomFor(FrameBatch batch, int index)
    {
        if (_reserved == 0 && room.TryTake(AnswerRoom.PieceBytes))
        {
            _reserved = AnswerRoom.PieceBytes;
        }

        (int start, int end) = batch.PayloadAt(index);
        if (_reserved > 0 && (batch.IsShared || end - start <= AnswerRoom.PieceBytes || room.HasRoomFor(end - start)))
        {
            return true;
        }

        // With events, the answer ends before this one. Without, it is rejected.
        Rejection = _events == 0 ? room.Refuse(_reserved == 0 ? AnswerRoom.PieceBytes : end - start) : null;
        _bytes = maxBytes;
        return false;
    }

    private bool TryWriteEvent(FrameBatch batch, int index)
    {
        (int start, int end) = batch.PayloadAt(index);
        Debug.Assert(batch.Chunks.Span[start..end].IndexOf((byte)'\n') == end - start - 1, "An event is one line.");
        end--;
        ReadOnlySpan<byte> separator = _events == 0 ? default : ","u8;
        _events++;
        _bytes += end - start;
        if (!IsInPipe)
        {
            if (First.WrittenCount + separator.Length + end - start <= AnswerRoom.PieceBytes)
            {
                First.Write(separator);
                First.Write(batch.Chunks.Span[start..end]);
                return true;
            }
        }

        try
        {
            MoveToPipe();
            output.Write(separator);
            return output.TryWrite(batch, start, end);
        }
        catch (Exception)
        {
            // As in PipeWriterSink: one broken response must not stop the shard.
            _subscriber.Close(CloseReason.ClientGone);
            return true;
        }
    }

    private void MoveToPipe()
    {
        if (_first is not null)
        {
            output.Write(_first.WrittenSpan);
            (_first, IsInPipe) = (null, true);
        }
    }

    private static ArrayBufferWriter<byte> NewFirst()
    {
        var first = new ArrayBufferWriter<byte>(512);
        PollResponse.WriteStart(first);
        return first;
    }

    /// <summary>Adds the lines of a frame: one notice, or several.</summary>
    private void AddNotices(ReadOnlySpan<byte> frame)
    {
        for (int end; (end = frame.IndexOf((byte)'\n')) >= 0; frame = frame[(end + 1)..])
        {
            if (!frame[..end].StartsWith(TipPrefix))
            {
                _notices.Add(frame[..end].ToArray());
            }
        }
    }
}
