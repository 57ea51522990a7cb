using Longwave.Interleaving.Tests.Schedules;
using Longwave.Server.Epoll;

namespace Longwave.Interleaving.Tests.Epoll;

public sealed class AsyncSignalTests
{
    /// <summary>Two threads set it, one waits: data made visible before a signal is seen after some wait.</summary>
    [Fact]
    public void WaitAsync_SignalledMeanwhile_MissesNothing() => Schedule.Explore(2_000, static _ =>
    {
        const int Each = 3;
        var readiness = new AsyncSignal();
        int made = 0;

        void Produce()
        {
            for (int i = 0; i < Each; i++)
            {
                Interlocked.Increment(ref made);
                readiness.Set();
            }
        }

        return
        [
            Produce,
            Produce,
            () =>
            {
                while (Volatile.Read(ref made) < 2 * Each)
                {
                    ValueTask wait = readiness.WaitAsync();
                    while (!wait.IsCompleted)
                    {
                        Schedule.Step();
                    }

                    wait.GetAwaiter().GetResult();
                }
            },
        ];
    });
}
