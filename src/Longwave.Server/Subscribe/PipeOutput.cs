using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Server.Http;

namespace Longwave.Server.Subscribe;

/// <summary>Writes frames into the pipe of a response, piece by piece, and flushes without blocking the thread that delivers.</summary>
/// <remarks>
/// A flush that stays pending marks the client as slow: the pipe then holds one piece, and the output holds the rest of the frame. A large
/// rest that is a copy counts in the budget of all answers; without room for it the stream ends. No write and no flush allocates.
/// <para>
/// Memory order. <c>_flush</c> and <c>_rest</c> are stored before the continuation is registered, which publishes them to the thread that runs it.
/// The state is Pending from before the registration until the continuation exchanges it; <see cref="SettledAsync"/> exchanges it too, so either it
/// finds the flush over, or the continuation finds it waiting. It is called after the subscriber has completed: no other flush begins. The
/// continuation reads <c>_isDropped</c> before each further piece; a piece that it misses is sent, and the next read finds it.
/// </para>
/// </remarks>
/// <param name="writer">Pipe of the response.</param>
/// <param name="room">Room of the client.</param>
/// <param name="pieceBytes">Bytes after which the output flushes.</param>
internal sealed class PipeOutput(PipeWriter writer, AnswerRoom room, int pieceBytes)
{
    private const int Idle = 0;
    private const int Pending = 1;
    private const int PendingAndAwaited = 2;

    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action? _onFlushed;
    private Subscriber _subscriber = null!;
    private ValueTaskAwaiter<FlushResult> _flush;
    private ReadOnlyMemory<byte> _rest;
    private int _counted;
    private int _unflushed;
    private int _state;
    private volatile bool _isDropped;

    /// <summary>Whether a frame was sent in part and its rest dropped, so that the response can't end cleanly.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Sets the subscriber to call back. Called once, before any write.</summary>
    public void Attach(Subscriber subscriber) => _subscriber = subscriber;

    /// <summary>Writes bytes without a flush.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        System.Buffers.BuffersExtensions.Write(writer, bytes);
        _unflushed += bytes.Length;
    }

    /// <summary>Writes a part of a batch, and flushes each full piece.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="start">Offset of the first byte in its chunks.</param>
    /// <param name="end">Offset after the last byte.</param>
    /// <returns>False if the pipe is full: the output then holds the rest, and calls <see cref="Subscriber.OnWritable"/> when it is written.</returns>
    public bool TryWrite(FrameBatch batch, int start, int end)
    {
        while (true)
        {
            int length = Math.Min(end - start, Math.Max(0, pieceBytes - _unflushed));
            Write(batch.Chunks.Span.Slice(start, length));
            start += length;
            if (_unflushed < pieceBytes)
            {
                return true;
            }

            if (!TryStartFlush())
            {
                Keep(batch, start, end);
                Await();
                return false;
            }
        }
    }

    /// <summary>Flushes what was written. False while the flush is pending, as for <see cref="TryWrite"/>.</summary>
    public bool TryFlush()
    {
        if (_unflushed == 0 || TryStartFlush())
        {
            return true;
        }

        Await();
        return false;
    }

    /// <summary>Drops the rest of the frame. Before the response is aborted.</summary>
    public void Drop() => _isDropped = true;

    /// <summary>Completes when nothing is pending: everything was flushed or dropped. The response must not return to the web server before.</summary>
    public Task SettledAsync() =>
        Interlocked.CompareExchange(ref _state, PendingAndAwaited, Pending) == Pending ? _settled.Task : Task.CompletedTask;

    /// <summary>Starts a flush. True if it completed at once; otherwise <see cref="Await"/> must follow.</summary>
    [SuppressMessage("Reliability", "CA2012", Justification = "The awaiter is consumed once: here, or by OnFlushed, which then owns it.")]
    private bool TryStartFlush()
    {
        _unflushed = 0;
        ValueTaskAwaiter<FlushResult> flush = writer.FlushAsync().GetAwaiter();
        if (flush.IsCompleted)
        {
            Note(flush.GetResult());
            return true;
        }

        _flush = flush;
        return false;
    }

    /// <summary>Registers the continuation. The last step, because the continuation may run before this method returns.</summary>
    private void Await()
    {
        Volatile.Write(ref _state, Pending);
        _flush.UnsafeOnCompleted(_onFlushed ??= OnFlushed);
    }

    private void Keep(FrameBatch batch, int start, int end)
    {
        if (start == end)
        {
            return;
        }

        if (!room.TryHold(end - start, batch.IsShared, out _counted))
        {
            // A frame can't be sent in part. The client reconnects, and continues after the last whole frame.
            _subscriber.Close(CloseReason.Stalled);
            IsCut = true;
            return;
        }

        _rest = batch.Keep(start, end);
    }

    private void Note(FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            _isDropped = true;
            _subscriber.Close(CloseReason.ClientGone);
        }
    }

    private void OnFlushed()
    {
        try
        {
            Note(_flush.GetResult());
            while (!_rest.IsEmpty && !_isDropped)
            {
                int length = Math.Min(_rest.Length, pieceBytes);
                Write(_rest.Span[..length]);
                _rest = _rest[length..];
                if (!TryStartFlush())
                {
                    _flush.UnsafeOnCompleted(_onFlushed!);
                    return;
                }
            }
        }
        catch (Exception)
        {
            // As in the sinks: a broken response must not stop the thread that runs the continuation.
            _subscriber.Close(CloseReason.ClientGone);
        }

        _rest = default;
        room.Return(_counted);
        _counted = 0;
        if (Interlocked.Exchange(ref _state, Idle) == PendingAndAwaited)
        {
            _settled.TrySetResult();
        }

        _subscriber.OnWritable();
    }
}
