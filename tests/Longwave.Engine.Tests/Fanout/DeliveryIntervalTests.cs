using Longwave.Engine.Tests.Subscribers;

namespace Longwave.Engine.Tests.Fanout;

public sealed class DeliveryIntervalTests
{
    /// <summary>The clock is manual and a publish wakes the shard, so the test controls the time of each delivery.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deliver_MaxRate_HoldsEventsUntilDueThenSendsThemTogether(bool conflate)
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(SlowPolicyTests.Options(), clock);
        MemorySink paced = hub.Subscribe(request => request with { MaxRate = 0.1, Conflate = conflate }, "plain");
        MemorySink witness = hub.Subscribe("*");
        await paced.UntilLiveAsync();
        await witness.UntilLiveAsync();
        long first = (await hub.PublishKeyedAsync([("plain", "a")]))[0];
        Assert.Equal(first, await NextAsync(paced));

        List<long> held = await hub.PublishKeyedAsync(Enumerable.Range(0, 40).Select(static i => ("plain", (string?)$"{i % 3}")));
        while (await NextAsync(witness) != held[^1])
        {
        }

        await hub.PublishAsync("other", "the shard's turn is over when this came");
        await witness.NextAsync();
        Assert.False(paced.TryNext(out _));
        int flushes = paced.Flushes;

        clock.Advance(TimeSpan.FromSeconds(10));
        await hub.PublishAsync("other", "wakes the shard");
        foreach (long offset in conflate ? held[^3..] : held)
        {
            Assert.Equal(offset, await NextAsync(paced));
        }

        await witness.NextAsync();
        await hub.PublishAsync("other", "the turn is over");
        await witness.NextAsync();
        Assert.Equal(flushes + 1, paced.Flushes);
        Assert.False(paced.TryNext(out _));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10)]
    public async Task Deliver_MaxRateOnAQuietHub_ArrivesByTheTimer(double rate)
    {
        await using var hub = new TestHub(SlowPolicyTests.Options());
        MemorySink[] paced = [.. Enumerable.Range(0, 300).Select(_ => hub.Subscribe(request => request with { MaxRate = rate }, "plain"))];
        foreach (MemorySink sink in paced)
        {
            await sink.UntilLiveAsync();
        }

        List<long> offsets = await hub.PublishKeyedAsync([("plain", null)]);
        offsets.AddRange(await hub.PublishKeyedAsync(Enumerable.Repeat(("plain", (string?)"k"), 200)));
        foreach (MemorySink sink in paced)
        {
            foreach (long offset in offsets)
            {
                Assert.Equal(offset, await NextAsync(sink));
            }
        }
    }

    [Fact]
    public async Task Deliver_MaxRateAndMorePendingThanAShardScans_ComesFromTheLog()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(SlowPolicyTests.Options(), clock);
        MemorySink paced = hub.Subscribe(static request => request with { MaxRate = 0.1 }, "plain");
        MemorySink conflated = hub.Subscribe(static request => request with { MaxRate = 0.1, Conflate = true }, "plain");
        await paced.UntilLiveAsync();
        await conflated.UntilLiveAsync();
        long first = (await hub.PublishKeyedAsync([("plain", "a")]))[0];
        Assert.Equal((first, first), (await NextAsync(paced), await NextAsync(conflated)));
        List<long> held = await hub.PublishKeyedAsync(Enumerable.Range(0, 5_000).Select(static i => ("plain", (string?)$"{i % 3}")));
        clock.Advance(TimeSpan.FromSeconds(10));
        await hub.PublishAsync("other", "wakes the shard");
        foreach (long offset in held)
        {
            Assert.Equal(offset, await NextAsync(paced));
        }

        Assert.Equal(held[^1], await UntilAsync(conflated, held[^1]));
    }

    private static async Task<long> UntilAsync(MemorySink sink, long offset)
    {
        long last = 0;
        while (last < offset)
        {
            long next = await NextAsync(sink);
            Assert.True(next > last, "out of order");
            last = next;
        }

        return last;
    }

    private static async Task<long> NextAsync(MemorySink sink) => SlowPolicyTests.Offset((await sink.NextAsync()).LastEventId);
}
