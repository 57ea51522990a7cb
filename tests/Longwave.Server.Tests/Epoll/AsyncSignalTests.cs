using Longwave.Server.Epoll;

namespace Longwave.Server.Tests.Epoll;

public sealed class AsyncSignalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void WaitAsync_SignalledBefore_CompletesAtOnceAndOnlyOnce()
    {
        var readiness = new AsyncSignal();
        readiness.Set();
        readiness.Set();
        Assert.True(readiness.WaitAsync().AsTask().IsCompletedSuccessfully);
        Assert.False(readiness.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task WaitAsync_NoSignal_EndsWithTheNext()
    {
        var readiness = new AsyncSignal();
        for (int i = 0; i < 3; i++)
        {
            Task wait = readiness.WaitAsync().AsTask();
            Assert.False(wait.IsCompleted);
            readiness.Set();
            await wait.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Two threads set the signal continuously and one waits: a count made before <see cref="AsyncSignal.Set"/> is visible after some wait.</summary>
    [Fact]
    public async Task WaitAsync_SetFromManyThreads_NothingIsMissed()
    {
        const int Each = 100_000;
        var readiness = new AsyncSignal();
        int made = 0;
        Task[] setting = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                Interlocked.Increment(ref made);
                readiness.Set();
            }
        }, TestContext.Current.CancellationToken))];
        await WatchAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);
        await Task.WhenAll(setting);

        async Task WatchAsync()
        {
            while (Volatile.Read(ref made) < 2 * Each)
            {
                await readiness.WaitAsync();
            }
        }
    }
}
