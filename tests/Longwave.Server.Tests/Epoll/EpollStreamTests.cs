using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Longwave.Engine.Health;
using Longwave.Server.Epoll;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Epoll;

[SupportedOSPlatform("linux")]
public sealed class EpollStreamTests : IDisposable
{
    private readonly Reactor _reactor = new(0, new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), NullLogger.Instance);
    private readonly Socket _client = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _accepted;
    private readonly EpollStream _stream;
    private int _gone;

    public EpollStreamTests()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client.Connect(listener.LocalEndPoint!);
        _accepted = listener.Accept();
        _accepted.Blocking = false;
        _stream = new EpollStream((int)_accepted.Handle, _reactor, static () => { }, () => Interlocked.Increment(ref _gone));
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
        _accepted.Dispose();
        _reactor.Dispose();
    }

    /// <summary>An edge for bytes between the last read and the end of reading goes to a reader that does not read again, and no further edge follows.</summary>
    [Fact]
    public void Dispose_BytesArrivedSinceTheLastRead_ReportsTheClientAsGone()
    {
        Assert.False(_stream.ReadAsync(new byte[16], TestContext.Current.CancellationToken).AsTask().IsCompleted);
        _client.Send("x"u8);
        Assert.True(_accepted.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead));
        _stream.OnEvents(SystemCalls.EpollIn);
        Assert.Equal(0, Volatile.Read(ref _gone));
        _client.Send("y"u8);
        _stream.Dispose();
        Assert.Equal(1, Volatile.Read(ref _gone));
    }

    [Fact]
    public void Dispose_NothingArrived_ReportsNothing()
    {
        Assert.False(_stream.ReadAsync(new byte[16], TestContext.Current.CancellationToken).AsTask().IsCompleted);
        _stream.Dispose();
        Assert.Equal(0, Volatile.Read(ref _gone));
    }
}
