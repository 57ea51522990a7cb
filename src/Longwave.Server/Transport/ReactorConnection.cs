using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.Versioning;
using Longwave.Server.Streaming;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Longwave.Server.Transport;

/// <summary>A connection of the web server on a bare descriptor: the reactor receives, whoever writes sends.</summary>
/// <remarks>
/// The web server sees two pipes. Received bytes are read on the reactor's thread straight into the input pipe; flushed bytes are sent on
/// the thread that flushes, and only a full socket makes it wait for the reactor. Nothing here is held while a connection is idle but the pipes.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class ReactorConnection : ConnectionContext, IReactorSocket, IParkableConnection, IMemoryPoolFeature
{
    // The shared pool, which gives back what a burst of connections needed; the web server's own keeps it.
    private static readonly PipeOptions InputOptions = new(null, PipeScheduler.ThreadPool, PipeScheduler.Inline, useSynchronizationContext: false);

    // The web server's flush sends: no other thread is woken for an answer.
    private static readonly PipeOptions OutputOptions = new(null, PipeScheduler.Inline, PipeScheduler.ThreadPool, useSynchronizationContext: false);

    private static long _lastId;

    private readonly Reactor _reactor;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _sending;

    // Guards _file and the writing side of the input pipe: the reactor receives, a request's thread parks, the web server aborts.
    private readonly Lock _gate = new();
    private int _file;
    private bool _inputPaused;
    private bool _inputDone;
    private string? _id;
    private TaskCompletionSource? _writable;
    private TaskCompletionSource<ReadOnlyMemory<byte>>? _held;
    private SocketSink? _parked;
    private volatile bool _aborted;

    public ReactorConnection(int file, Reactor reactor, MemoryPool<byte> pool, EndPoint local, EndPoint remote)
    {
        (_file, _reactor, MemoryPool) = (file, reactor, pool);
        (LocalEndPoint, RemoteEndPoint) = (local, remote);
        _input = new Pipe(InputOptions);
        _output = new Pipe(OutputOptions);
        Transport = new ConnectionPipes(_input.Reader, _output.Writer);
        ConnectionClosed = _closed.Token;
        Features.Set<IParkableConnection>(this);
        Features.Set<IMemoryPoolFeature>(this);
        Token = reactor.NewToken(file);
        _sending = SendAllAsync();

        // The kernel gives connections whose first bytes are there: the web server need not wait for them.
        Receive(toTheEnd: false);
        reactor.Add(file, this);
    }

    public long Token { get; }

    public MemoryPool<byte> MemoryPool { get; }

    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref _lastId).ToString("x", CultureInfo.InvariantCulture);
        set => _id = value;
    }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get => field ??= new ConnectionItems(); set; }

    public override IDuplexPipe Transport { get; set; }

    public void OnEvents(uint events)
    {
        if ((events & ~SystemCalls.EpollOut) != 0)
        {
            Receive((events & (SystemCalls.EpollReadHangUp | SystemCalls.EpollHangUp | SystemCalls.EpollError)) != 0);
        }

        if ((events & (SystemCalls.EpollOut | SystemCalls.EpollHangUp | SystemCalls.EpollError)) != 0)
        {
            Interlocked.Exchange(ref _writable, null)?.TrySetResult();
        }

        // The reactor may have looked this connection up just before it was parked; there is no second edge.
        Volatile.Read(ref _parked)?.OnEvents(events);
    }

    public void HoldOutput()
    {
        var held = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            Volatile.Write(ref _held, held);
            if (_inputDone)
            {
                // The web server drops what it writes to a client that has gone: there will be nothing to hold.
                held.TrySetException(ClientGone());
            }
        }
    }

    public Task<ReadOnlyMemory<byte>> HeldAsync() => _held!.Task;

    public bool TryPark(SocketSink sink, ReadOnlyMemory<byte> head)
    {
        int file;
        lock (_gate)
        {
            if (_inputDone || _file < 0)
            {
                return false;
            }

            (file, _file) = (_file, -1);
            _inputDone = true;
            sink.Take(_reactor, file, Token, head);
            Volatile.Write(ref _parked, sink);
            _reactor.Replace(file, sink);
            _input.Writer.Complete();
        }

        return true;
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _aborted = true;
        lock (_gate)
        {
            EndInputNeedsLock(abortReason);
        }

        _output.Reader.CancelPendingRead();
        Interlocked.Exchange(ref _writable, null)?.TrySetResult();
    }

    public override async ValueTask DisposeAsync()
    {
        await _input.Reader.CompleteAsync();
        await _output.Writer.CompleteAsync();
        await _sending;
        lock (_gate)
        {
            EndInputNeedsLock(null);
            if (_file >= 0)
            {
                _reactor.Remove(_file);
                _ = SystemCalls.Close(_file);
                _file = -1;
            }
        }

        _closed.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Reads what there is into the input pipe, unless the web server has more than enough to look at.</summary>
    private void Receive(bool toTheEnd)
    {
        lock (_gate)
        {
            while (!_inputPaused && !_inputDone)
            {
                Memory<byte> room = _input.Writer.GetMemory();
                int received = SystemCalls.Receive(_file, room.Span);
                if (received > 0)
                {
                    _input.Writer.Advance(received);
                    if (!FlushNeedsLock() || (received < room.Length && !toTheEnd))
                    {
                        return;
                    }
                }
                else if (received == 0)
                {
                    EndInputNeedsLock(null);
                }
                else if (SystemCalls.LastError == SystemCalls.WouldBlock)
                {
                    return;
                }
                else if (SystemCalls.LastError != SystemCalls.Interrupted)
                {
                    EndInputNeedsLock(new ConnectionResetException("The client reset the connection."));
                }
            }
        }
    }

    /// <summary>False when receiving pauses until the web server has read.</summary>
    private bool FlushNeedsLock()
    {
        ValueTask<FlushResult> flush = _input.Writer.FlushAsync();
        if (!flush.IsCompleted)
        {
            _inputPaused = true;
            _ = ResumeAsync(flush);
            return false;
        }

        if (flush.GetAwaiter().GetResult().IsCompleted)
        {
            EndInputNeedsLock(null);
        }

        return true;
    }

    private async Task ResumeAsync(ValueTask<FlushResult> flush)
    {
        FlushResult result = await flush;
        lock (_gate)
        {
            _inputPaused = false;
            if (result.IsCompleted)
            {
                EndInputNeedsLock(null);
            }
        }

        // What came meanwhile gave its only edge while nobody listened.
        Receive(toTheEnd: true);
    }

    private void EndInputNeedsLock(Exception? why)
    {
        if (_inputDone)
        {
            return;
        }

        _inputDone = true;
        _held?.TrySetException(ClientGone());
        if (!_inputPaused)
        {
            _input.Writer.Complete(why);
        }

        // The web server aborts the request that runs, with code of the application's: not on the reactor.
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.FireClosed(), this, preferLocal: false);
    }

    private static ConnectionAbortedException ClientGone() => new("The client has gone.");

    private void FireClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The web server was done with the connection before.
        }
    }

    private async Task SendAllAsync()
    {
        PipeReader output = _output.Reader;
        Exception? failure = null;
        try
        {
            while (true)
            {
                ReadResult result = await output.ReadAsync();
                if (_aborted)
                {
                    break;
                }

                if (!await TrySendAsync(result.Buffer))
                {
                    failure = new ConnectionResetException("The client reset the connection.");
                    break;
                }

                output.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception unexpected)
        {
            failure = unexpected;
        }

        await output.CompleteAsync(failure);
        lock (_gate)
        {
            if (failure is not null)
            {
                EndInputNeedsLock(failure);
            }
            else if (_file >= 0)
            {
                SystemCalls.FinishSending(_file);
            }
        }
    }

    /// <summary>Sends, holds or drops; false when the socket is broken.</summary>
    private ValueTask<bool> TrySendAsync(in ReadOnlySequence<byte> bytes)
    {
        if (Volatile.Read(ref _held) is { } held)
        {
            // The head of the response; what comes after it, once the stream is parked, is the web server's end of it.
            if (!bytes.IsEmpty)
            {
                held.TrySetResult(bytes.ToArray());
            }

            return ValueTask.FromResult(true);
        }

        if (bytes.IsSingleSegment)
        {
            int sent = SystemCalls.Send(_file, bytes.FirstSpan);
            if (sent == bytes.FirstSpan.Length)
            {
                return ValueTask.FromResult(true);
            }

            return SendSlowlyAsync(bytes.Slice(Math.Max(sent, 0)));
        }

        return SendSlowlyAsync(bytes);
    }

    private async ValueTask<bool> SendSlowlyAsync(ReadOnlySequence<byte> bytes)
    {
        Task? writable = null;
        while (!bytes.IsEmpty && !_aborted)
        {
            int sent = SystemCalls.Send(_file, bytes.FirstSpan);
            if (sent >= 0)
            {
                bytes = bytes.Slice(sent);
                writable = null;
            }
            else if (SystemCalls.LastError == SystemCalls.WouldBlock)
            {
                if (writable is not null)
                {
                    await writable;
                    writable = null;
                    continue;
                }

                // Tried once more before the wait: the edge may have come before anybody was there to see it.
                var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Volatile.Write(ref _writable, signal);
                writable = signal.Task;
            }
            else if (SystemCalls.LastError != SystemCalls.Interrupted)
            {
                return false;
            }
        }

        return true;
    }

    private sealed record ConnectionPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
