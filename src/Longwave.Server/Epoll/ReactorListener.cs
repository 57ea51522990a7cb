using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Epoll;

/// <summary>Accepts connections on a reactor and gives each to the reactor that it stays with.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class ReactorListener : IConnectionListener, IReactorSocket
{
    private const int AddressBytes = 28;

    /// <summary>Connections that were accepted and that nobody has begun to serve: the kernel keeps the others, which costs less, in its backlog.</summary>
    private const int MostWaiting = 64;

    /// <summary>So few of them, and accepting goes on.</summary>
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

    // Bounded by MostWaiting: what is in it, nobody serves yet.
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions
    {
        SingleReader = true,

        // The web server only queues what it accepts: it may do so on the reactor.
        AllowSynchronousContinuations = true,
    });

    // Guards _unbound and accept(2) itself: the reactor, the retry after a pause and whoever begins to serve a connection all accept.
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

    /// <summary>Whether whoever begins to serve connections has to go on with accepting, because there is no other edge.</summary>
    private bool MustPause()
    {
        if (Volatile.Read(ref _waiting) < MostWaiting)
        {
            return false;
        }

        // Some may have been begun since the look at the number, and found no pause. Both sides change one field and then read the other, with a
        // full fence between: either OnBegun finds the pause, or the number is low here, and of two that see both only one gets the pause.
        Interlocked.Exchange(ref _paused, 1);
        return Volatile.Read(ref _waiting) > FewWaiting || Interlocked.Exchange(ref _paused, 0) == 0;
    }

    /// <summary>One of those that waited is served, or was given up.</summary>
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

    /// <summary>True when accepting goes on: what is wrong with one connection is not wrong with the next.</summary>
    private bool OnError(int error)
    {
        switch (error)
        {
            case SystemCalls.WouldBlock:
                return false;
            case SystemCalls.TooManyFiles or SystemCalls.TooManyFilesInSystem:
                // There is no edge when files are free again.
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
