using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Threading.Channels;
using Longwave.Engine.Health;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Epoll;

/// <summary>Accepts connections on a reactor, and assigns each to a reactor for its lifetime.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class ReactorListener : IConnectionListener, IReactorSocket
{
    private const int AddressBytes = 28;

    /// <summary>Maximum number of accepted connections that wait for the web server. Further ones wait in the kernel's backlog, which needs less memory.</summary>
    private const int MostWaiting = 64;

    /// <summary>Number of waiting connections at which accepting resumes.</summary>
    private const int FewWaiting = MostWaiting / 2;

    /// <summary>Maximum number of connections accepted in one turn; the other sockets of the reactor wait meanwhile.</summary>
    private const int MostPerTurn = 256;

    /// <summary>Failed accepts in a row after which the listener pauses.</summary>
    private const int MostFailures = 16;

    /// <summary>Pause before the next attempt after an error whose end no edge reports.</summary>
    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Minimum time between two log lines about the same kind of error.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly int _file;
    private readonly Reactors _reactors;
    private readonly Reactor _reactor;
    private readonly MemoryPool<byte> _pool;
    private readonly ITimer _retry;
    private readonly BackgroundLoops _loops;
    private readonly ILogger _logger;
    private readonly LogThrottle _errors;
    private readonly LogThrottle _unwatched;
    private readonly LogThrottle _outOfFiles;
    private readonly LogThrottle _failed;
    private readonly LogThrottle _closedFailed;
    private readonly AcceptCall _accept;

    /// <summary>Address of every client of a unix socket, which binds to no path; null for TCP.</summary>
    private readonly EndPoint? _unnamed;
    private readonly Action _onBegun;
    private readonly Action<Exception> _onFailed;

    // Bounded by MostWaiting: every connection in it counts as waiting.
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions
    {
        SingleReader = true,

        // The web server only queues an accepted connection, so its continuation may run on the reactor.
        AllowSynchronousContinuations = true,
    });

    // Guards _unbound, _failures and accept(2) itself: the reactor, the timer and each thread that starts to serve a connection all accept.
    private readonly Lock _gate = new();
    private bool _unbound;
    private int _failures;
    private int _waiting;
    private int _paused;

    /// <summary>Starts accepting.</summary>
    /// <param name="socket">The listening socket.</param>
    /// <param name="reactors">Reactors to which the connections are assigned.</param>
    /// <param name="pool">Pool of the web server's buffers.</param>
    /// <param name="loops">Records that listening has stopped.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Logs errors of accept(2).</param>
    /// <param name="accept">Another accept(2), for a test; null for the system's.</param>
    public ReactorListener(
        Socket socket, Reactors reactors, MemoryPool<byte> pool, BackgroundLoops loops, TimeProvider clock, ILogger logger, AcceptCall? accept = null)
    {
        (_socket, _reactors, _pool, _loops, _logger, _accept) = (socket, reactors, pool, loops, logger, accept ?? SystemCalls.Accept);
        (_errors, _outOfFiles, _unwatched) = (new LogThrottle(LogInterval, clock), new LogThrottle(LogInterval, clock), new LogThrottle(LogInterval, clock));
        (_failed, _closedFailed) = (new LogThrottle(LogInterval, clock), new LogThrottle(LogInterval, clock));
        (_onBegun, _onFailed) = (OnBegun, OnClosedFailed);
        _file = (int)socket.Handle;
        EndPoint = socket.LocalEndPoint!;
        _unnamed = EndPoint is UnixDomainSocketEndPoint ? EndPoint.Create(new SocketAddress(AddressFamily.Unix, sizeof(short))) : null;
        _retry = loops.StartTimer("longwave-accept", AcceptAll, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _reactor = reactors.Next;
        Token = _reactor.NewToken(_file);
        if (_reactor.TryAdd(_file, this) is not 0 and int error)
        {
            throw new SocketException(error);
        }
    }

    /// <summary>accept(2): a descriptor, or the error as a negative number.</summary>
    internal delegate int AcceptCall(int listener, Span<byte> address, ref int addressBytes);

    public EndPoint EndPoint { get; }

    public long Token { get; }

    public void OnEvents(uint events) => AcceptAll();

    /// <summary>The edge is lost, so the listener tries again without one.</summary>
    public void OnFailure() => _retry.Change(ErrorPause, Timeout.InfiniteTimeSpan);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accepted.Reader.WaitToReadAsync(cancellationToken) && _accepted.Reader.TryRead(out ConnectionContext? connection) ? connection : null;

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Unbind_NeedsLock();
        }

        await _retry.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (_accepted.Reader.TryRead(out ConnectionContext? left))
        {
            left.Abort(new ConnectionAbortedException("The hub is stopping."));
            await left.DisposeAsync();
        }

        _pool.Dispose();
    }

    /// <summary>Accepts waiting connections. Never throws: it runs on the reactor, on the timer, and on threads that serve other connections.</summary>
    private void AcceptAll()
    {
        try
        {
            lock (_gate)
            {
                for (int i = 0; i < MostPerTurn; i++)
                {
                    if (_unbound || MustPause() || !TryAccept_NeedsLock())
                    {
                        return;
                    }
                }
            }

            // The timer resumes accepting, because connections that already wait cause no edge.
            _retry.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
        catch (Exception failed)
        {
            _retry.Change(ErrorPause, Timeout.InfiniteTimeSpan);
            if (_failed.TryTake(out long count))
            {
                LogFailed(failed, EndPoint, ErrorPause, count);
            }
        }
    }

    /// <summary>Whether to pause. OnBegun then resumes accepting, because an edge-triggered listener gets no event for connections already in the backlog.</summary>
    private bool MustPause()
    {
        if (Volatile.Read(ref _waiting) < MostWaiting)
        {
            return false;
        }

        // OnBegun may have run since the first read of _waiting and seen no pause. Order: both sides write one field and then read the other, with
        // a full fence between. So either OnBegun sees the pause or this thread sees the low number; if both do, only one exchange gets the pause.
        Interlocked.Exchange(ref _paused, 1);
        return Volatile.Read(ref _waiting) > FewWaiting || Interlocked.Exchange(ref _paused, 0) == 0;
    }

    /// <summary>Decrements the number of waiting connections, and resumes accepting after a pause.</summary>
    private void OnBegun()
    {
        if (Interlocked.Decrement(ref _waiting) <= FewWaiting && Interlocked.Exchange(ref _paused, 0) == 1)
        {
            AcceptAll();
        }
    }

    /// <summary>Accepts one connection; false when the turn must end.</summary>
    private bool TryAccept_NeedsLock()
    {
        Span<byte> address = stackalloc byte[AddressBytes];
        int addressBytes = AddressBytes;
        int file = _accept(_file, address, ref addressBytes);
        if (file < 0)
        {
            return OnError_NeedsLock(-file);
        }

        _failures = 0;
        Interlocked.Increment(ref _waiting);
        ReactorConnection connection;
        try
        {
            connection = new ReactorConnection(file, _reactors.Next, _pool, EndPoint, _unnamed ?? RemoteEndPoint(address), _onBegun, _onFailed);
        }
        catch
        {
            Interlocked.Decrement(ref _waiting);
            _ = SystemCalls.Close(file);
            throw;
        }

        if (connection.Watch() is not 0 and int error)
        {
            connection.GiveUp();
            if (_unwatched.TryTake(out long count))
            {
                LogUnwatched(count, new SocketException(error).Message);
            }

            return true;
        }

        if (!_accepted.Writer.TryWrite(connection))
        {
            connection.Abort(new ConnectionAbortedException("The hub is stopping."));
        }

        return true;
    }

    private EndPoint RemoteEndPoint(ReadOnlySpan<byte> address)
    {
        var peer = new SocketAddress(EndPoint.AddressFamily, AddressBytes);
        address.CopyTo(peer.Buffer.Span);
        return EndPoint.Create(peer);
    }

    /// <summary>Returns true to continue accepting at once: a fault of one connection does not affect the next one.</summary>
    private bool OnError_NeedsLock(int error)
    {
        AcceptStep step = AcceptErrors.Next(error);
        if (step == AcceptStep.Retry && ++_failures < MostFailures)
        {
            return true;
        }

        _failures = 0;
        switch (step)
        {
            case AcceptStep.Wait:
                break;
            case AcceptStep.Stop:
                Stop_NeedsLock(new SocketException(error));
                break;
            default:
                LogError(error);
                _retry.Change(ErrorPause, Timeout.InfiniteTimeSpan);
                break;
        }

        return false;
    }

    private void Unbind_NeedsLock()
    {
        if (!_unbound)
        {
            _unbound = true;
            _reactor.Remove(_file);
            _socket.Dispose();
            _accepted.Writer.TryComplete();
        }
    }

    private void OnClosedFailed(Exception failed)
    {
        if (_closedFailed.TryTake(out long count))
        {
            LogClosedFailed(failed, count);
        }
    }

    private void LogError(int error)
    {
        bool isOutOfFiles = AcceptErrors.IsOutOfFiles(error);
        if (!(isOutOfFiles ? _outOfFiles : _errors).TryTake(out long count))
        {
            return;
        }

        if (isOutOfFiles)
        {
            LogOutOfFiles(ErrorPause, count);
        }
        else
        {
            LogAcceptFailed(EndPoint, new SocketException(error).Message, count, ErrorPause);
        }
    }

    /// <summary>Stops listening, because the socket is unusable. The hub is then unhealthy; open connections continue.</summary>
    private void Stop_NeedsLock(SocketException failed)
    {
        Unbind_NeedsLock();
        LogStopped(EndPoint, failed.Message);
        _loops.Fail($"longwave-listener {EndPoint}", failed);
    }

    [LoggerMessage(EventId = 2200, Level = LogLevel.Warning, Message = "The process has reached its limit of open files; new connections wait. Attempts since the last such line: {Count}. Retrying every {Pause}. Raise the limit (ulimit -n, LimitNOFILE) or lower MaxConnections")]
    private partial void LogOutOfFiles(TimeSpan pause, long count);

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "Accepting connections on {EndPoint} fails ({Reason}); failures since the last such line: {Count}. New connections wait. Retrying every {Pause}")]
    private partial void LogAcceptFailed(EndPoint endPoint, string reason, long count, TimeSpan pause);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Critical, Message = "Listening on {EndPoint} has stopped: {Reason}. Open connections continue; restart the hub to accept new ones")]
    private partial void LogStopped(EndPoint endPoint, string reason);

    [LoggerMessage(EventId = 2204, Level = LogLevel.Warning, Message = "New connections closed because epoll accepts no more ({Reason}): {Count}. Lower MaxConnections or raise fs.epoll.max_user_watches")]
    private partial void LogUnwatched(long count, string reason);

    [LoggerMessage(EventId = 2206, Level = LogLevel.Error, Message = "Accepting a connection on {EndPoint} has failed; failures since the last such line: {Count}. Retrying in {Pause}")]
    private partial void LogFailed(Exception failed, EndPoint endPoint, TimeSpan pause, long count);

    [LoggerMessage(EventId = 2205, Level = LogLevel.Error, Message = "A callback for a closed connection has failed; failures since the last such line: {Count}")]
    private partial void LogClosedFailed(Exception failed, long count);
}
