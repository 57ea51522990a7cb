using System.Runtime.Versioning;

namespace Longwave.Server.Epoll;

/// <summary>A bare descriptor as a stream of bytes: whoever reads receives, whoever writes sends, and only an empty or a full socket makes them wait for the reactor.</summary>
/// <remarks>
/// One reads and one writes at a time. A read of nothing waits until there is something, so that an idle connection needs no buffer. What is
/// written to a connection that is broken goes nowhere: <paramref name="gone"/> is what tells.
/// </remarks>
/// <param name="file">The descriptor, which does not block; its end is this stream's.</param>
/// <param name="reactor">Who watches it.</param>
/// <param name="begun">Called once, when it is read for the first time or disposed of.</param>
/// <param name="gone">Called once, from any thread, when the client can't be reached any more or has said that it is done.</param>
[SupportedOSPlatform("linux")]
internal sealed class ReactorStream(int file, Reactor reactor, Action begun, Action gone) : Stream, IReactorSocket
{
    /// <summary>
    /// Largest head of a response that is held: twice what the headers of a request may have, so one that repeats a header of the request
    /// (`Host`, cookies) still fits.
    /// </summary>
    public const int MaxHeldBytes = 128 * 1024;

    private const uint EndOfInput = SystemCalls.EpollReadHangUp | SystemCalls.EpollHangUp | SystemCalls.EpollError;

    private readonly Readiness _readable = new();
    private readonly Readiness _writable = new();

    // Guards _file, whose number may be another connection's as soon as it is closed, and who is told what happens.
    private readonly Lock _gate = new();
    private int _file = file;
    private Action? _begun = begun;
    private SocketSink? _parked;
    private bool _isEmpty;
    private bool _isGone;
    private volatile bool _isRead = true;
    private volatile bool _isHolding;

    // What was written since Hold, in as many pieces as the web server chose. Touched by the request only.
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

    /// <summary>Begins to be told what happens. Once, when everything that it may lead to is ready.</summary>
    public void Watch() => reactor.Add(_file, this);

    public void OnEvents(uint events)
    {
        // Before whoever reads is told: what it receives then is not the end of it, however little that is.
        if ((events & EndOfInput) != 0 || ((events & SystemCalls.EpollIn) != 0 && !_isRead))
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

        // The reactor may have looked this connection up just before it was parked; there is no second edge.
        Volatile.Read(ref _parked)?.OnEvents(events);
    }

    /// <summary>From here on what is written is kept instead of sent: until <see cref="Park"/> it is the head of the response, later it is dropped.</summary>
    public void Hold() => _isHolding = true;

    /// <summary>Gives the descriptor and what was held to a sink; a reader of this stream sees its end.</summary>
    public ParkOutcome Park(SocketSink sink)
    {
        if (_isHeldTooLarge)
        {
            return ParkOutcome.HeadTooLarge;
        }

        lock (_gate)
        {
            if (_file < 0 || _isGone)
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

    /// <summary>Ends what waits; nothing is received or sent any more.</summary>
    /// <remarks>
    /// Closes the descriptor at once: the web server can forget a connection that it aborted (one of HTTP/2 whose streams were reset by the
    /// thousand), and nobody disposes of it then.
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

    /// <summary>The last bytes of a connection that ends: those that the socket takes at once.</summary>
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

    /// <summary>Closes the descriptor, unless it was given away.</summary>
    public void CloseFile()
    {
        Begin();
        lock (_gate)
        {
            CloseNeedsLock();
        }
    }

    /// <summary>The end of reading (the pipe reader on it disposes of it then); what is written is still sent.</summary>
    /// <remarks>Bytes that come all the same mean that the client does not wait for the end: a writer is told, and does not wait either.</remarks>
    protected override void Dispose(bool disposing)
    {
        // The reactor reports bytes that come from here on. Of bytes that came before, there is no other edge, so the socket is asked; the lock
        // and the call are a full fence between the two. What is received is dropped with the connection.
        _isRead = false;
        Span<byte> dropped = stackalloc byte[1];
        if (!_isEmpty || TryRead(dropped, out _))
        {
            SayGone();
        }

        base.Dispose(disposing);
    }

    /// <summary>Adds to the head of the response. After parking it is the web server's end of the response, which the stream does not have yet.</summary>
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

    private async ValueTask<int> ReadLaterAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // Whoever waits is woken to see that it was cancelled.
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static readable => ((Readiness)readable!).Set(), _readable);
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
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static writable => ((Readiness)writable!).Set(), _writable);
        do
        {
            await _writable.WaitAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (!TryWrite(ref rest));
    }

    /// <summary>Receives what there is; false when there is nothing yet.</summary>
    private bool TryRead(Span<byte> buffer, out int received)
    {
        received = 0;
        lock (_gate)
        {
            while (_file >= 0)
            {
                received = SystemCalls.Receive(_file, buffer);
                if (received >= 0)
                {
                    // Less than there was room for was all that there was, unless the end is behind it, of which there is no other edge.
                    _isEmpty = received > 0 && received < buffer.Length && !_isGone;
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

    /// <summary>Sends what the socket takes; false when something is left.</summary>
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

    /// <summary>After a call that failed: true when the socket is empty or full, false to try again, which ends when the connection is broken: it is closed then.</summary>
    private bool MustWaitNeedsLock()
    {
        int error = SystemCalls.LastError;
        if (error is not (SystemCalls.WouldBlock or SystemCalls.Interrupted))
        {
            CloseNeedsLock();
        }

        return error == SystemCalls.WouldBlock;
    }

    /// <summary>Nobody needs to know when the stream is parked: its sink is told.</summary>
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
