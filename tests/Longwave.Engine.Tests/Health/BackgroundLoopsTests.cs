using Longwave.Engine.Health;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Engine.Tests.Health;

public sealed class BackgroundLoopsTests
{
    private readonly BackgroundLoops _loops = new(TimeProvider.System, NullLoggerFactory.Instance);

    [Fact]
    public void StartThread_Throws_IsRecordedAndWaitersAreNotified()
    {
        bool told = false;
        Thread thread = _loops.StartThread("loop", static () => throw new InvalidOperationException("It fails."), () => told = true);
        thread.Join();
        Assert.Equal(["loop"], _loops.Failed);
        Assert.True(told);
    }

    [Fact]
    public void StartThread_Returns_HasNotFailed()
    {
        _loops.StartThread("loop", static () => { }).Join();
        Assert.False(_loops.HasFailed);
        Assert.Empty(_loops.Failed);
    }

    [Fact]
    public void StartThread_LowPriority_AppliesToThatThreadOnly()
    {
        int before = ThreadNice.Read();
        int low = 0;
        _loops.StartThread("low", () => low = ThreadNice.Read(), isLowPriority: true).Join();
        int usual = 0;
        _loops.StartThread("usual", () => usual = ThreadNice.Read()).Join();
        Assert.Equal((Math.Min(19, before + 10), before, before), (low, usual, ThreadNice.Read()));
    }

    [Fact]
    public async Task RunAsync_ThrowsTwice_RestartsUntilItCompletes()
    {
        int runs = 0;
        await _loops.RunAsync("loop", () => ++runs < 3 ? throw new InvalidOperationException("It fails.") : Task.CompletedTask, CancellationToken.None);
        Assert.Equal(3, runs);
        Assert.False(_loops.HasFailed);
    }

    [Fact]
    public async Task RunAsync_StoppedInAPause_DoesNotRestart()
    {
        using var stop = new CancellationTokenSource();
        int runs = 0;
        await _loops.RunAsync(
            "loop",
            () =>
            {
                runs++;
                stop.Cancel();
                throw new InvalidOperationException("It fails.");
            },
            stop.Token);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task StartTimer_TickThrows_NextTickRuns()
    {
        var second = new TaskCompletionSource();
        int ticks = 0;
        await using ITimer timer = _loops.StartTimer(
            "timer",
            () =>
            {
                if (Interlocked.Increment(ref ticks) == 1)
                {
                    throw new InvalidOperationException("It fails.");
                }

                second.TrySetResult();
            },
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(1));
        await second.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
