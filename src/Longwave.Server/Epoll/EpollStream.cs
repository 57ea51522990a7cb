using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace Longwave.Server.Epoll;

/// <summary>Stream over a raw descriptor: a read calls recv(2), a write calls send(2), and either waits for the reactor only when the socket is empty or full.</summary>
/// <remarks>
/// One read and one write at a time. A read with an empty buffer waits for data, so that an idle connection needs no buffer. A write to a
/// broken connection is dropped without an error; <paramref name="gone"/> reports it.
/// </remarks>
/// <param name="file">The non-blocking descriptor; this stream owns and closes it.</param>
/// <param name="reactor">The reactor that watches it.</param>
/// <param name="begun">Called once, on the first read or on close.</param>
/// <param name="gone">Called once, on any thread, when the connection is broken, or the client has ended its side and no answer is under way or <see cref="LeaveAtEnd"/> was called.</param>
[SupportedOSPlatform("linux")]
internal sealed class EpollStream(int file, Reactor reactor, Action begun, Action gone) : Stream, IReactorSocket
{
    /// <summary>
    /// Largest head of a response that is held, in bytes: twice the limit of request headers, so that a head that repeats a header of the
    /// request (`Host`, cookies) still fits.
    /// </summary>
    public const int MaxHeldBytes = 128 * 1024;

    private const uint Broken = SystemCalls.EpollHangUp | SystemCalls.EpollError;

    private readonly AsyncSignal _readable = new();
    private readonly AsyncSignal _writable = new();

    // Guards _file, because the kernel reuses the number as soon as it is closed, and _parked, _isGone, _hasEnded and _leavesAtEnd, which decide
    // what an event means.
    private readonly Lock _gate = new();
    private int _file = file;
    private Action? _begun = begun;
    private SocketSink? _parked;
    private bool _isEmpty;
    private bool _isGone;
    private bool _hasEnded;
    private bool _leavesAtEnd;
    private volatile bool _isRead = true;
    private volatile bool _isHolding;

    // Bytes written since Hold, over any number of writes. Request thread only.
    private ReadOnlyMemory<byte> _held;
    private bool _isHeldTooLarge;

    public long Token { get; } = reactor.NewToken(file);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Registers with the reactor. Called once, when the handlers of its events are ready. Returns 0, or the error of epoll_ctl(2).</summary>
    public int Watch() => reactor.TryAdd(_file, this);

    public void OnEvents(uint events)
    {
        // Before waking the reader: TryRead must see _hasEnded, so that it reads again after a short read and finds the end of input.
        bool leaves = (events & Broken) != 0 || ((events & SystemCalls.EpollIn) != 0 && !_isRead);
        if ((events & (SystemCalls.EpollReadHangUp | Broken)) != 0)
        {
            lock (_gate)
            {
                _hasEnded = true;
                leaves |= _leavesAtEnd;
            }
        }

        if (leaves)
        {
            SayGone();
        }

        if ((events & ~SystemCalls.EpollOut) != 0)
        {
            _readable.Set();
        }

        if ((events & (SystemCalls.EpollOut | SystemCalls.EpollHangUp | SystemCalls.EpollError)) != 0)
        {
            _writable.Set();
        }

        // The reactor may have looked up this connection just before it was parked. Forward the event, because there is no second edge.
        Volatile.Read(ref _parked)?.OnEvents(events);
    }

    public void OnFailure() => Abort();

    /// <summary>From now on, holds writes instead of sending them: until <see cref="Park"/> they are the head of the response; later ones are dropped.</summary>
    public void Hold() => _isHolding = true;

    /// <summary>From now on until the next read, the end of input means that the client has left. Without the call, a client may end its side after a request and still receive the answer.</summary>
    public void LeaveAtEnd()
    {
        bool leaves;
        lock (_gate)
        {
            _leavesAtEnd = true;
            leaves = _hasEnded;
        }

        if (leaves)
        {
            SayGone();
        }
    }

    /// <summary>Hands over the descriptor and the held bytes to a sink; a reader of this stream then sees the end.</summary>
    public ParkOutcome Park(SocketSink sink)
    {
        if (_isHeldTooLarge)
        {
            return ParkOutcome.HeadTooLarge;
        }

        lock (_gate)
        {
            if (_file < 0 || _isGone || _hasEnded)
            {
                return ParkOutcome.ClientGone;
            }

            sink.Take(reactor, _file, Token, _held);
            _held = default;
            Volatile.Write(ref _parked, sink);
            reactor.Replace(_file, sink);
            _file = -1;
        }

        _isEmpty = false;
        _readable.Set();
        return ParkOutcome.Parked;
    }

    /// <summary>Closes the descriptor and ends waiting reads and writes.</summary>
    /// <remarks>
    /// Closes the descriptor at once, because the web server may never dispose of a connection that it aborted (for example an HTTP/2
    /// connection with thousands of reset streams).
    /// </remarks>
    public void Abort()
    {
        lock (_gate)
        {
            CloseNeedsLock();
        }

        _readable.Set();
        _writable.Set();
        SayGone();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        if (buffer.IsEmpty && !_isEmpty)
        {
            return ValueTask.FromResult(0);
        }

        return !buffer.IsEmpty && TryRead(buffer.Span, out int received) ? ValueTask.FromResult(received) : ReadLaterAsync(buffer, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isHolding)
        {
            Keep(buffer.Span);
            return ValueTask.CompletedTask;
        }

        return TryWrite(ref buffer) ? ValueTask.CompletedTask : WriteLaterAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Sends the last bytes of a connection that ends, as far as the socket accepts them at once.</summary>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ReadOnlyMemory<byte> rest = buffer.AsMemory(offset, count);
        _ = _isHolding || TryWrite(ref rest);
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Closes the descriptor, unless it was handed over.</summary>
    public void CloseFile()
    {
        Begin();
        lock (_gate)
        {
            CloseNeedsLock();
        }
    }

    /// <summary>Ends reading; called by the pipe reader. Writes are still sent.</summary>
    /// <remarks>If the client still sends bytes, it does not wait for the end of the response; then <c>gone</c> is called, so that a writer does not wait for it.</remarks>
    protected override void Dispose(bool disposing)
    {
        // Order: the reactor reports bytes that arrive after this store. Bytes that arrived before cause no other edge, so read the socket once;
        // the lock and the system call are a full fence between the store and the read. The byte read is dropped with the connection.
        _isRead = false;
        Span<byte> dropped = stackalloc byte[1];
        if (!_isEmpty || TryRead(dropped, out _))
        {
            SayGone();
        }

        base.Dispose(disposing);
    }

    /// <summary>Adds to the held head of the response. After parking, drops the web server's end of the response, because the stream continues.</summary>
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_parked is not null || _isHeldTooLarge)
        {
            return;
        }

        if (_held.Length + bytes.Length > MaxHeldBytes)
        {
            (_held, _isHeldTooLarge) = (default, true);
            return;
        }

        _held = _held.IsEmpty ? bytes.ToArray() : (byte[])[.. _held.Span, .. bytes];
    }

    private void Begin()
    {
        if (_begun is not null)
        {
            Interlocked.Exchange(ref _begun, null)?.Invoke();
        }
    }

    private void CloseNeedsLock()
    {
        if (_file >= 0)
        {
            SystemCalls.FinishSending(_file);
            reactor.Remove(_file);
            _ = SystemCalls.Close(_file);
            _file = -1;
        }
    }

    // Waits once for nearly every request of an open connection, so its state is pooled.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadLaterAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // Cancellation wakes the waiting read, which then throws.
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static readable => ((AsyncSignal)readable!).Set(), _readable);
        while (true)
        {
            await _readable.WaitAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (buffer.IsEmpty)
            {
                _isEmpty = false;
                return 0;
            }

            if (TryRead(buffer.Span, out int received))
            {
                return received;
            }
        }
    }

    private async ValueTask WriteLaterAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static writable => ((AsyncSignal)writable!).Set(), _writable);
        do
        {
            await _writable.WaitAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (!TryWrite(ref rest));
    }

    /// <summary>Receives available bytes; false when the socket is empty.</summary>
    private bool TryRead(Span<byte> buffer, out int received)
    {
        received = 0;
        lock (_gate)
        {
            // The web server reads the next request: the answer that waited is over.
            _leavesAtEnd = false;
            while (_file >= 0)
            {
                received = SystemCalls.Receive(_file, buffer);
                if (received >= 0)
                {
                    // A short read emptied the socket, so the next read can wait for an edge without a call, except after the end of input, which causes no other edge.
                    _isEmpty = received > 0 && received < buffer.Length && !_hasEnded;
                    break;
                }

                received = 0;
                if (MustWaitNeedsLock())
                {
                    _isEmpty = true;
                    return false;
                }
            }
        }

        if (received == 0)
        {
            SayGone();
        }

        return true;
    }

    /// <summary>Sends what the socket accepts; false when bytes are left.</summary>
    private bool TryWrite(ref ReadOnlyMemory<byte> rest)
    {
        lock (_gate)
        {
            while (_file >= 0 && !rest.IsEmpty)
            {
                int sent = SystemCalls.Send(_file, rest.Span);
                if (sent >= 0)
                {
                    rest = rest[sent..];
                }
                else if (MustWaitNeedsLock())
                {
                    return false;
                }
            }

            if (_file >= 0)
            {
                return true;
            }
        }

        SayGone();
        return true;
    }

    /// <summary>Handles a failed call: true when the socket is empty or full; false when the connection is broken and therefore closed.</summary>
    private bool MustWaitNeedsLock()
    {
        if (SystemCalls.LastError == SystemCalls.WouldBlock)
        {
            return true;
        }

        CloseNeedsLock();
        return false;
    }

    /// <summary>Calls <c>gone</c> once. Not for a parked stream, whose sink handles the event.</summary>
    private void SayGone()
    {
        lock (_gate)
        {
            if (_isGone || _parked is not null)
            {
                return;
            }

            _isGone = true;
        }

        gone();
    }
}
