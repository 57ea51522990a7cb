using System.Runtime.Versioning;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Server.Epoll;

/// <summary>A parked stream: a descriptor taken over from the web server, written to directly, framed in chunks by us.</summary>
/// <remarks>
/// It is all that there is of the connection: no buffer, no task, no object of the web server. Of a frame that the socket took in part it
/// keeps the rest, nothing more; the frames behind it stay in the log, and the subscriber's cursor says where.
/// <para>
/// The owner of the subscriber writes while the state is <see cref="Ready"/>; in <see cref="Waiting"/> the thread that changes it to
/// <see cref="Sending"/> sends the rest: the reactor on an edge, or the owner that just came to a full socket and tries once more. An edge
/// that finds another thread sending leaves a mark, so that none is lost.
/// </para>
/// <para>
/// Memory order. <c>_rest</c> belongs to the thread that holds <see cref="Ready"/> (the owner) or <see cref="Sending"/>; each hands it over with
/// a release store or an exchange of <c>_state</c>. The reactor stores the mark, then exchanges the state; the sender exchanges the state, then reads the
/// mark. Both have a full fence between the two, so either the reactor becomes the sender or the sender sees the mark. <see cref="Complete"/>
/// exchanges the state once and for all: it closes the descriptor, or the sender does when its own exchange finds <see cref="Completed"/>.
/// The owner alone leaves <see cref="Ready"/>, so its plain look in <see cref="Complete"/> can err towards "not ready" only, and cuts the stream then.
/// </para>
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class SocketSink : ISink, IReactorSocket
{
    private const int Ready = 0;
    private const int Waiting = 1;
    private const int Sending = 2;
    private const int Completed = 3;

    /// <summary>Bytes that a client sent on a stream and that are thrown away at its end: unread they would make the end a reset.</summary>
    private const int MaxIgnoredBytes = 64 * 1024;

    /// <summary>A head and a greeting are some 500 bytes.</summary>
    private const int MostOnStack = 1024;

    private Subscriber _subscriber = null!;
    private Reactor _reactor = null!;
    private ReadOnlyMemory<byte> _rest;
    private int _file = -1;
    private int _state;
    private int _edge;
    private CloseReason _reason;
    private bool _isClean;

    public long Token { get; private set; }

    public void Attach(Subscriber subscriber) => _subscriber = subscriber;

    /// <summary>The connection's descriptor is ours from here on. Of the connection, under its lock.</summary>
    /// <param name="reactor">Who watches it.</param>
    /// <param name="file">The descriptor.</param>
    /// <param name="token">Its token.</param>
    /// <param name="head">The head of the response, which goes out with the greeting.</param>
    public void Take(Reactor reactor, int file, long token, ReadOnlyMemory<byte> head) => (_reactor, _file, Token, _rest) = (reactor, file, token, head);

    public bool TrySend(FrameRun run, out int taken)
    {
        if (!_rest.IsEmpty)
        {
            return TrySendWithHead(run, out taken);
        }

        int sent = SystemCalls.TrySend(_file, run.Chunks.Span);
        if (sent == run.Chunks.Length)
        {
            taken = run.Count;
            return true;
        }

        // Full or broken: the next try says which.
        sent = Math.Max(sent, 0);
        int frame = run.FrameAt(sent);
        taken = frame + 1;
        _rest = run.Keep(sent, run.Ends[frame]);
        Volatile.Write(ref _state, Waiting);
        SendRest();
        return false;
    }

    /// <summary>The first send of a stream: one write with the head of the response.</summary>
    private bool TrySendWithHead(FrameRun run, out int taken)
    {
        taken = run.Count;
        int length = _rest.Length + run.Chunks.Length;
        Span<byte> first = length <= MostOnStack ? stackalloc byte[length] : new byte[length];
        _rest.Span.CopyTo(first);
        run.Chunks.Span.CopyTo(first[_rest.Length..]);
        int sent = Math.Max(SystemCalls.Send(_file, first), 0);
        if (sent == length)
        {
            _rest = default;
            return true;
        }

        // A connection that is broken already is noticed by the reactor, or by the next try.
        _rest = first[sent..].ToArray();
        Volatile.Write(ref _state, Waiting);
        SendRest();
        return false;
    }

    public void OnPosition(Position position, bool isLive)
    {
    }

    /// <summary>The last chunk when the hub ends a stream that is not in the midst of a frame; else the connection is cut.</summary>
    public void Complete(CloseReason reason)
    {
        _reason = reason;
        _isClean = StreamEnds.IsClean(reason) && _state == Ready;
        if (Interlocked.Exchange(ref _state, Completed) != Sending)
        {
            CloseFile();
        }
    }

    public void OnEvents(uint events)
    {
        if ((events & (SystemCalls.EpollReadHangUp | SystemCalls.EpollHangUp | SystemCalls.EpollError)) != 0)
        {
            _subscriber.Close(CloseReason.ClientGone);
        }
        else if ((events & SystemCalls.EpollOut) != 0)
        {
            Volatile.Write(ref _edge, 1);
            SendRest();
        }
    }

    /// <summary>Sends what is left of the last frame, if it waits and nobody else does.</summary>
    private void SendRest()
    {
        do
        {
            if (Interlocked.CompareExchange(ref _state, Sending, Waiting) != Waiting)
            {
                return;
            }

            // A full fence: the mark is cleared before the socket is tried. An edge from before is answered by the send; one from after finds
            // Sending, leaves its mark again, and the mark is read after the exchange below.
            Interlocked.Exchange(ref _edge, 0);
            int sent = SystemCalls.Send(_file, _rest.Span);
            bool broken = sent < 0 && SystemCalls.LastError is not (SystemCalls.WouldBlock or SystemCalls.Interrupted);
            bool done = sent == _rest.Length;
            _rest = done ? default : _rest[Math.Max(sent, 0)..];
            if (Interlocked.CompareExchange(ref _state, done ? Ready : Waiting, Sending) != Sending)
            {
                // Completed meanwhile, and left to us.
                CloseFile();
                return;
            }

            if (broken)
            {
                _subscriber.Close(CloseReason.ClientGone);
                return;
            }

            if (done)
            {
                _subscriber.OnWritable();
                return;
            }
        }
        while (Volatile.Read(ref _edge) == 1);
    }

    private void CloseFile()
    {
        if (_isClean)
        {
            _ = SystemCalls.Send(_file, Chunk.Last);
            SystemCalls.FinishSending(_file);
            DropReceived();
        }
        else if (_reason is CloseReason.Stalled || StreamEnds.IsOfIdentity(_reason))
        {
            // The kernel would go on offering what the client does not take.
            SystemCalls.CloseAbortively(_file);
        }

        _reactor.Remove(_file);
        _ = SystemCalls.Close(_file);
    }

    private void DropReceived()
    {
        Span<byte> ignored = stackalloc byte[4 * 1024];
        for (int all = 0, received; all < MaxIgnoredBytes && (received = SystemCalls.Receive(_file, ignored)) > 0; all += received)
        {
        }
    }
}
