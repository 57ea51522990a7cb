using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Longwave.Engine.Health;
using Longwave.Server.Epoll;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Longwave.Server.Tests.Epoll;

/// <summary>A listener whose accept(2) fails: the effect of each error, on a real listening socket.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReactorListenerTests : IDisposable
{
    private const int NotPermitted = 1;
    private const int BadFile = 9;

    private readonly CollectedLogs _logs = new();
    private readonly ConcurrentQueue<int> _errors = new();
    private readonly BackgroundLoops _loops;
    private readonly Reactors _reactors;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
    private volatile int _always;
    private int _calls;

    public ReactorListenerTests()
    {
        _loops = new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance);
        _reactors = new Reactors(_loops, NullLogger<Reactor>.Instance);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen();
    }

    public void Dispose()
    {
        _reactors.Dispose();
        _socket.Dispose();
    }

    [Theory]
    [InlineData(4)]
    [InlineData(103)]
    [InlineData(71)]
    [InlineData(NotPermitted)]
    [InlineData(24)]
    [InlineData(12)]
    [InlineData(105)]
    [InlineData(77)]
    public async Task Accept_FailsOnce_TheConnectionIsStillAccepted(int error)
    {
        _errors.Enqueue(error);
        await using ReactorListener listener = NewListener(TimeProvider.System);
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.EndPoint);
        await using ConnectionContext? accepted = await AcceptAsync(listener);
        Assert.NotNull(accepted);
        Assert.False(_loops.HasFailed);
    }

    [Theory]
    [InlineData(NotPermitted, 16)]
    [InlineData(77, 1)]
    [InlineData(24, 1)]
    public async Task Accept_AlwaysFails_IsRetriedABoundedNumberOfTimesPerPause(int error, int calls)
    {
        _always = error;
        await using ReactorListener listener = NewListener(new StoppedTimers());
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.EndPoint);
        await Eventually.TrueAsync(() => _logs.Lines.Count == 1);
        Assert.Equal(calls, Volatile.Read(ref _calls));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(77)]
    public async Task Accept_FailsInEveryPause_IsLoggedOnce(int error)
    {
        _always = error;
        await using ReactorListener listener = NewListener(TimeProvider.System);
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.EndPoint);
        await Eventually.TrueAsync(() => Volatile.Read(ref _calls) >= 5);
        Assert.Single(_logs.Lines);
    }

    [Fact]
    public async Task Accept_SocketIsUnusable_StopsListeningAndLogsIt()
    {
        _always = BadFile;
        await using ReactorListener listener = NewListener(TimeProvider.System);
        var endPoint = (IPEndPoint)listener.EndPoint;
        using var client = new TcpClient();

        // The listening socket closes at the first edge, which can reset the connection before the client sees it as open.
        await Record.ExceptionAsync(() => client.ConnectAsync(endPoint));
        Assert.Null(await AcceptAsync(listener));
        Assert.Equal([$"longwave-listener {endPoint}"], _loops.Failed);
        Assert.Contains($"Listening on {endPoint} has stopped", Assert.Single(_logs.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_EpollRejectsTheDescriptor_IsClosedAndTheNextIsAccepted()
    {
        // epoll rejects regular files with EPERM.
        string path = Path.GetTempFileName();
        using SafeFileHandle file = File.OpenHandle(path);
        int descriptor = (int)file.DangerousGetHandle();
        file.SetHandleAsInvalid();
        _errors.Enqueue(-descriptor);
        await using ReactorListener listener = NewListener(TimeProvider.System);
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.EndPoint);
        await using ConnectionContext? accepted = await AcceptAsync(listener);
        Assert.NotNull(accepted);
        Assert.DoesNotContain(path, OpenFiles());
        Assert.Contains("epoll accepts no more", Assert.Single(_logs.Lines), StringComparison.Ordinal);
        File.Delete(path);
    }

    /// <summary>Paths of the open files of this process. Other tests close theirs meanwhile.</summary>
    private static List<string> OpenFiles()
    {
        List<string> paths = [];
        foreach (string link in Directory.GetFiles("/proc/self/fd"))
        {
            try
            {
                paths.Add(File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName ?? link);
            }
            catch (FileNotFoundException)
            {
                // Closed after the list was made.
            }
        }

        return paths;
    }

    [Fact]
    public void Next_EveryError_HasAStep()
    {
        int[] retried = [1, 4, 64, 71, 92, 95, 100, 101, 103, 110, 112, 113];
        int[] stopping = [9, 14, 22, 38, 88];
        for (int error = 1; error < 200; error++)
        {
            AcceptStep expected = error == 11 ? AcceptStep.Wait
                : retried.Contains(error) ? AcceptStep.Retry
                : stopping.Contains(error) ? AcceptStep.Stop
                : AcceptStep.Pause;
            Assert.Equal((error, expected), (error, AcceptErrors.Next(error)));
        }
    }

    private static async Task<ConnectionContext?> AcceptAsync(ReactorListener listener)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        ConnectionContext? accepted = await listener.AcceptAsync(patience.Token);

        // Continue on another thread: the reactor's own thread would wait for its own end when the test disposes of the reactor.
        await Task.Yield();
        return accepted;
    }

    private ReactorListener NewListener(TimeProvider clock) => new(
        _socket,
        _reactors,
        System.Buffers.MemoryPool<byte>.Shared,
        ReferenceEquals(clock, TimeProvider.System) ? _loops : new BackgroundLoops(clock, NullLoggerFactory.Instance),
        clock,
        _logs.CreateLogger("listener"),
        Accept);

    /// <summary>Returns the injected errors first, then the real descriptors; errors are negative.</summary>
    private int Accept(int listener, Span<byte> address, ref int addressBytes)
    {
        Interlocked.Increment(ref _calls);
        BitConverter.TryWriteBytes(address, (short)AddressFamily.InterNetwork);
        return _always > 0 ? -_always
            : _errors.TryDequeue(out int error) ? -error
            : SystemCalls.Accept(listener, address, ref addressBytes);
    }

    /// <summary>Timers that never fire.</summary>
    private sealed class StoppedTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Stopped();

        private sealed class Stopped : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
