using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Epoll;

/// <summary>Accepts connections on a reactor, and assigns each to a reactor for its lifetime.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class ReactorListener : IConnectionListener, IReactorSocket
{
    private const int AddressBytes = 28;

    /// <summary>Most accepted connections that wait for the web server. Further ones wait in the kernel's backlog, which needs less memory.</summary>
    private const int MostWaiting = 64;

    /// <summary>Number of waiting connections at which accepting resumes.</summary>
    private const int FewWaiting = MostWaiting / 2;

    private static readonly TimeSpan OutOfFilesPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly int _file;
    private readonly Reactors _reactors;
    private readonly Reactor _reactor;
    private readonly MemoryPool<byte> _pool;
    private readonly ITimer _retry;
    private readonly ILogger _logger;
    private readonly Action _onBegun;

    // Bounded by MostWaiting: every connection in it counts as waiting.
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions
    {
        SingleReader = true,

        // The web server only queues an accepted connection, so its continuation may run on the reactor.
        AllowSynchronousContinuations = true,
    });

    // Guards _unbound and accept(2) itself: the reactor, the retry timer and the thread that starts to serve a connection all accept.
    private readonly Lock _gate = new();
    private bool _unbound;
    private int _waiting;
    private int _paused;

    public ReactorListener(Socket socket, Reactors reactors, MemoryPool<byte> pool, TimeProvider clock, ILogger logger)
    {
        (_socket, _reactors, _pool, _logger) = (socket, reactors, pool, logger);
        _onBegun = OnBegun;
        _file = (int)socket.Handle;
        EndPoint = socket.LocalEndPoint!;
        _retry = clock.CreateTimer(static listener => ((ReactorListener)listener!).AcceptAll(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _reactor = reactors.Next;
        Token = _reactor.NewToken(_file);
        _reactor.Add(_file, this);
    }

    public EndPoint EndPoint { get; }

    public long Token { get; }

    public void OnEvents(uint events) => AcceptAll();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accepted.Reader.WaitToReadAsync(cancellationToken) && _accepted.Reader.TryRead(out ConnectionContext? connection) ? connection : null;

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_unbound)
            {
                return;
            }

            _unbound = true;
            _reactor.Remove(_file);
            _socket.Dispose();
            _accepted.Writer.TryComplete();
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

    private void AcceptAll()
    {
        lock (_gate)
        {
            while (!_unbound && !MustPause() && TryAccept())
            {
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

    /// <summary>Counts one waiting connection less, and resumes accepting after a pause.</summary>
    private void OnBegun()
    {
        if (Interlocked.Decrement(ref _waiting) <= FewWaiting && Interlocked.Exchange(ref _paused, 0) == 1)
        {
            AcceptAll();
        }
    }

    private bool TryAccept()
    {
        Span<byte> address = stackalloc byte[AddressBytes];
        int addressBytes = AddressBytes;
        int file = SystemCalls.Accept(_file, address, ref addressBytes);
        if (file < 0)
        {
            return OnError(SystemCalls.LastError);
        }

        var peer = new SocketAddress(EndPoint.AddressFamily, AddressBytes);
        address.CopyTo(peer.Buffer.Span);
        Interlocked.Increment(ref _waiting);
        var connection = new ReactorConnection(file, _reactors.Next, _pool, EndPoint, EndPoint.Create(peer), _onBegun);
        if (!_accepted.Writer.TryWrite(connection))
        {
            connection.Abort(new ConnectionAbortedException("The hub is stopping."));
        }

        return true;
    }

    /// <summary>Handles a failed accept(2); true to continue: an error of one connection does not affect the next.</summary>
    private bool OnError(int error)
    {
        switch (error)
        {
            case SystemCalls.WouldBlock:
                return false;
            case SystemCalls.TooManyFiles or SystemCalls.TooManyFilesInSystem:
                // epoll reports no edge when descriptors become free, so retry with a timer.
                LogOutOfFiles(OutOfFilesPause);
                _retry.Change(OutOfFilesPause, Timeout.InfiniteTimeSpan);
                return false;
            default:
                return true;
        }
    }

    [LoggerMessage(EventId = 2200, Level = LogLevel.Warning, Message = "The process has reached its limit of open files; new connections wait. Trying again in {Pause}. Raise the limit (ulimit -n, LimitNOFILE) or lower MaxConnections")]
    private partial void LogOutOfFiles(TimeSpan pause);
}
