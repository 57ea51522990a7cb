using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Longwave.Engine.Health;
using Longwave.Server.Epoll;
using Longwave.Server.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Epoll;

/// <summary>Behaviour of a reactor when the handler of a socket, or epoll itself, fails.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReactorTests
{
    private const int Interrupted = 4;
    private const int BadFile = 9;

    private readonly BackgroundLoops _loops = new(TimeProvider.System, NullLoggerFactory.Instance);

    [Fact]
    public async Task Run_HandlerThrows_ClosesThatSocketAndServesTheOthers()
    {
        var logs = new CollectedLogs();
        using var reactor = new Reactor(0, _loops, logs.CreateLogger("reactor"));
        using Pair broken = new(), whole = new();
        var throwing = new Watched(reactor, broken, throws: true);
        var working = new Watched(reactor, whole, throws: false);
        broken.Client.Send([1]);
        await Eventually.TrueAsync(() => throwing.Failures > 0);
        whole.Client.Send([1]);
        await Eventually.TrueAsync(() => working.Events > 0);
        Assert.Equal(0, working.Failures);
        Assert.Contains("The events of a socket could not be handled", logs.Lines.First(), StringComparison.Ordinal);
        Assert.False(_loops.HasFailed);
    }

    [Fact]
    public async Task Run_WaitIsInterrupted_Continues()
    {
        int waits = 0;
        using var reactor = new Reactor(0, _loops, NullLogger.Instance, (epoll, ready, most) =>
            Interlocked.Increment(ref waits) < 5 ? -Interrupted : SystemCalls.WaitForEvents(epoll, ready, most));
        using var pair = new Pair();
        var socket = new Watched(reactor, pair, throws: false);
        pair.Client.Send([1]);
        await Eventually.TrueAsync(() => socket.Events > 0);
        Assert.False(_loops.HasFailed);
    }

    [Fact]
    public async Task Run_EpollIsUnusable_EndsAndIsNoticed()
    {
        using var reactor = new Reactor(7, _loops, NullLogger.Instance, static (_, _, _) => -BadFile);
        await Eventually.TrueAsync(() => _loops.HasFailed);
        Assert.Equal(["longwave-reactor-7"], _loops.Failed);
    }

    private sealed class Pair : IDisposable
    {
        public Pair()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            Client.Connect((IPEndPoint)listener.LocalEndpoint);
            Server = listener.AcceptSocket();
        }

        public Socket Client { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public Socket Server { get; }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }

    private sealed class Watched : IReactorSocket
    {
        private readonly bool _throws;
        private int _events;
        private int _failures;

        public Watched(Reactor reactor, Pair pair, bool throws)
        {
            _throws = throws;
            Token = reactor.NewToken((int)pair.Server.Handle);
            Assert.Equal(0, reactor.TryAdd((int)pair.Server.Handle, this));
        }

        public long Token { get; }

        public int Events => Volatile.Read(ref _events);

        public int Failures => Volatile.Read(ref _failures);

        public void OnEvents(uint events)
        {
            if (_throws)
            {
                throw new InvalidOperationException("The handler fails.");
            }

            Interlocked.Increment(ref _events);
        }

        public void OnFailure() => Interlocked.Increment(ref _failures);
    }
}
