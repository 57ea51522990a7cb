using System.Threading.Channels;
using Longwave.Server.Kestrel;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Kestrel;

/// <summary>A connection is released when the web server never completes it.</summary>
public sealed class ForgottenConnectionsTests : IDisposable
{
    private readonly HeldTimers _clock = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly DefaultConnectionContext _connection;
    private readonly ForgottenConnections _forgotten;

    public ForgottenConnectionsTests()
    {
        _connection = new DefaultConnectionContext { ConnectionClosed = _closed.Token };
        _forgotten = new ForgottenConnections(_clock, NullLogger<ForgottenConnections>.Instance);
    }

    [Fact]
    public async Task Connection_ServerNeverCompletes_EndsOneGraceAfterItsClose()
    {
        Task ending = _forgotten.OnConnectionAsync(_connection, static _ => new TaskCompletionSource().Task);
        Assert.False(_clock.Timers.Reader.TryRead(out _), "no grace begins while the connection is open");

        // Collects unreferenced objects, as happens in a hub.
        GC.Collect();
        await _closed.CancelAsync();
        HeldTimer grace = await _clock.Timers.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ForgottenConnections.Grace, grace.Due);
        Assert.False(ending.IsCompleted, "the server has its grace");
        grace.Fire();
        await ending;
    }

    [Fact]
    public async Task Connection_ServerCompletesAfterTheClose_EndsWithTheServer()
    {
        var served = new TaskCompletionSource();
        Task ending = _forgotten.OnConnectionAsync(_connection, _ => served.Task);
        await _closed.CancelAsync();
        await _clock.Timers.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.False(ending.IsCompleted, "the server has its grace");
        served.SetException(new InvalidOperationException("broken"));
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => ending)).Message);
    }

    public void Dispose() => _closed.Dispose();

    /// <summary>A clock whose timers the test fires.</summary>
    private sealed class HeldTimers : TimeProvider
    {
        public Channel<HeldTimer> Timers { get; } = Channel.CreateUnbounded<HeldTimer>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new HeldTimer(() => callback(state), dueTime);
            Timers.Writer.TryWrite(timer);
            return timer;
        }
    }

    private sealed record HeldTimer(Action Fire, TimeSpan Due) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
