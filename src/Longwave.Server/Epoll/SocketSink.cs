using System.Runtime.Versioning;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Server.Http;

namespace Longwave.Server.Epoll;

/// <summary>Sink of a parked stream: owns the descriptor taken over from the web server, and writes HTTP chunks to it directly.</summary>
/// <remarks>
/// The connection consists of this object only: it has no buffer, no task and no object of the web server. When the socket accepts a part of
/// a frame, the sink keeps the rest of that frame; later frames stay in the log, and the subscriber's position is where they start.
/// <para>
/// The owner of the subscriber writes while the state is <see cref="Ready"/>; in <see cref="Waiting"/> the thread that changes it to
/// <see cref="Sending"/> sends the rest: the reactor on an edge, or the owner that has just found the socket full and tries once more. An edge
/// during another thread's send sets a mark, so that no edge is lost.
/// </para>
/// <para>
/// Memory order. <c>_rest</c> (with <c>_counted</c>) belongs to the thread that holds <see cref="Ready"/> (the owner) or <see cref="Sending"/>; each hands it over with
/// a release store or an exchange of <c>_state</c>. The reactor stores the mark, then exchanges the state; the sender exchanges the state, then reads the
/// mark. Both have a full fence between the two, so either the reactor becomes the sender or the sender sees the mark. <see cref="Complete"/>
/// exchanges the state for the last time: it closes the descriptor, or the sender does when its own exchange finds <see cref="Completed"/>.
/// Only the owner leaves <see cref="Ready"/>, so a stale read in <see cref="Complete"/> finds "not ready", and the stream is aborted.
/// </para>
/// </remarks>
/// <param name="room">Room of the client for the copied rest of a frame.</param>
[SupportedOSPlatform("linux")]
internal sealed class SocketSink(AnswerRoom room) : ISink, IReactorSocket
{
    private const int Ready = 0;
    private const int Waiting = 1;
    private const int Sending = 2;
    private const int Completed = 3;

    /// <summary>Maximum number of bytes from the client that are read and dropped at the end of a stream, because close(2) with unread bytes resets the connection.</summary>
    private const int MaxIgnoredBytes = 64 * 1024;

    /// <summary>Largest first send on the stack, in bytes; a head and a greeting have about 500.</summary>
    private const int MostOnStack = 1024;

    private Subscriber _subscriber = null!;
    private Reactor _reactor = null!;
    private ReadOnlyMemory<byte> _rest;
    private int _file = -1;
    private int _state;
    private int _edge;
    private int _counted;
    private bool _isCut;
    private CloseReason _reason;
    private bool _isClean;

    public long Token { get; private set; }

    public void Attach(Subscriber subscriber) => _subscriber = subscriber;

    /// <summary>Takes ownership of the descriptor. Called by the connection, under its lock.</summary>
    /// <param name="reactor">The reactor that watches it.</param>
    /// <param name="file">The descriptor.</param>
    /// <param name="token">Its token.</param>
    /// <param name="head">The head of the response, sent together with the greeting.</param>
    public void Take(Reactor reactor, int file, long token, ReadOnlyMemory<byte> head) => (_reactor, _file, Token, _rest) = (reactor, file, token, head);

    public bool TrySend(FrameBatch batch, out int taken)
    {
        if (!_rest.IsEmpty)
        {
            return TrySendWithHead(batch, out taken);
        }

        int sent = SystemCalls.TrySend(_file, batch.Chunks.Span);
        if (sent == batch.Chunks.Length)
        {
            taken = batch.Count;
            return true;
        }

        // The socket is full or the connection is broken; the retry in SendRest determines which.
        sent = Math.Max(sent, 0);
        int frame = batch.FrameAt(sent);
        taken = frame + 1;
        if (!room.TryHold(batch.Ends[frame] - sent, batch.IsShared, out _counted))
        {
            // A part of the frame is sent and there is no room for its rest. The client reconnects, and continues after the last whole frame.
            _isCut = true;
            _subscriber.Close(CloseReason.Stalled);
            return false;
        }

        _rest = batch.Keep(sent, batch.Ends[frame]);
        Volatile.Write(ref _state, Waiting);
        SendRest();
        return false;
    }

    /// <summary>First send of a stream: one write together with the head of the response.</summary>
    private bool TrySendWithHead(FrameBatch batch, out int taken)
    {
        taken = batch.Count;
        int length = _rest.Length + batch.Chunks.Length;
        Span<byte> first = length <= MostOnStack ? stackalloc byte[length] : new byte[length];
        _rest.Span.CopyTo(first);
        batch.Chunks.Span.CopyTo(first[_rest.Length..]);
        int sent = Math.Max(SystemCalls.Send(_file, first), 0);
        if (sent == length)
        {
            _rest = default;
            return true;
        }

        // A negative result counts as nothing sent: if the connection is broken, the reactor or the retry in SendRest detects it.
        _rest = first[sent..].ToArray();
        Volatile.Write(ref _state, Waiting);
        SendRest();
        return false;
    }

    public void OnPosition(Position position, bool isLive)
    {
    }

    /// <summary>Ends the stream: with the last chunk if the hub ends it between two frames, otherwise by aborting the connection.</summary>
    public void Complete(CloseReason reason)
    {
        _reason = reason;
        _isClean = StreamEnds.IsClean(reason) && _state == Ready && !_isCut;
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

    public void OnFailure() => _subscriber.Close(CloseReason.Error);

    /// <summary>Sends the rest of the last frame, if it waits and no other thread is sending it.</summary>
    private void SendRest()
    {
        do
        {
            if (Interlocked.CompareExchange(ref _state, Sending, Waiting) != Waiting)
            {
                return;
            }

            // Full fence: clear the mark before the send. The send covers an earlier edge. A later edge finds Sending and sets the mark again,
            // and the loop reads the mark after the exchange below.
            Interlocked.Exchange(ref _edge, 0);
            int sent = SystemCalls.Send(_file, _rest.Span);
            bool broken = sent < 0 && SystemCalls.LastError != SystemCalls.WouldBlock;
            bool done = sent == _rest.Length;
            if (done)
            {
                ReturnCounted();
            }

            _rest = done ? default : _rest[Math.Max(sent, 0)..];
            if (Interlocked.CompareExchange(ref _state, done ? Ready : Waiting, Sending) != Sending)
            {
                // Complete ran during the send and left closing the descriptor to this thread.
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

    private void ReturnCounted()
    {
        room.Return(_counted);
        _counted = 0;
    }

    private void CloseFile()
    {
        ReturnCounted();
        if (_isClean)
        {
            _ = SystemCalls.Send(_file, Chunk.Last);
            SystemCalls.FinishSending(_file);
            DropReceived();
        }
        else if (_reason is CloseReason.Stalled || StreamEnds.IsOfIdentity(_reason))
        {
            // Reset: otherwise the kernel keeps the unsent bytes and retransmits them to a client that does not read or has lost its right to them.
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
