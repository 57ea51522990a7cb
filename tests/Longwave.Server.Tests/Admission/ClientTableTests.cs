using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Admission;

public sealed class ClientTableTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public void Hold_SameClient_ReturnsTheSameUsage()
    {
        using var table = new ClientTable<string>(new ClientLimits(), 10, 1 << 20, _clock);
        Assert.Same(table.Hold("a"), table.Hold("a"));
        Assert.NotSame(table.Hold("a"), table.Hold("b"));
        Assert.Equal(2, table.Count);
    }

    [Fact]
    public void Hold_TenThousandIdleClients_AreRemovedInTimeWithinTheLimit()
    {
        using var table = new ClientTable<string>(new ClientLimits(), 100, 1 << 20, _clock);
        for (int i = 0; i < 10_000; i++)
        {
            table.Return(table.Hold($"client {i}"));
            _clock.Advance(TimeSpan.FromMilliseconds(200));
            Assert.InRange(table.Count, 1, 100);
        }

        _clock.Advance(Long);
        table.Return(table.Hold("last"));
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void Hold_ClientInUse_IsNeverRemoved()
    {
        using var table = new ClientTable<string>(new ClientLimits(), 2, 1 << 20, _clock);
        ClientUsage held = table.Hold("held");
        Assert.True(held.TryOpenStream());
        table.Return(table.Hold("idle"));
        _clock.Advance(Long);
        table.Hold("new");
        Assert.Equal(2, table.Count);
        Assert.Same(held, table.Hold("held"));
        Assert.Equal(1, held.Streams);
    }

    [Fact]
    public void Hold_ClientJustReleased_KeepsItsEmptyBucket()
    {
        using var table = new ClientTable<string>(new ClientLimits { EventsPerSecond = 1, EventBurst = 100 }, 1, 1 << 20, _clock);
        ClientUsage usage = table.Hold("a");
        Assert.Null(usage.TakeEvents(100));
        table.Return(usage);

        // The client is idle for less time than its bucket needs to refill, so it keeps the entry: new names must not evict a client that owes tokens.
        _clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Same(table.Hold("b"), table.Hold("c"));
        Assert.Same(usage, table.Hold("a"));
        Assert.NotNull(usage.TakeEvents(100));
    }

    [Fact]
    public async Task TryOpenStream_FromManyThreads_NeverExceedsTheLimit()
    {
        using var usage = new ClientUsage(new ClientLimits { MaxStreams = 50 }, 1 << 20);
        int opened = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                if (usage.TryOpenStream())
                {
                    Interlocked.Increment(ref opened);
                }
            }
        })));
        Assert.Equal(50, opened);
        Assert.Equal(50, usage.Streams);
    }
}
