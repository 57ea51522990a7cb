using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Subscribers;

public sealed class SlowSubscriberTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(900)]
    [InlineData(6_000)]
    public async Task Deliver_ClientStopsReading_CatchesUpWithoutGapOrRepeat(int missed)
    {
        await using var hub = new TestHub(HubEngineTests.Small());
        MemorySink slow = hub.Subscribe("t");
        MemorySink healthy = hub.Subscribe("*");
        await slow.UntilLiveAsync();
        slow.Block();
        await hub.PublishManyAsync("t", missed);
        Assert.Equal(missed, (await healthy.TakeDataAsync(missed)).Count);
        long whileBlocked = slow.Bytes;
        slow.Open();
        await hub.PublishManyAsync("t", 500, i => $"{missed + i}");

        Assert.Equal(Enumerable.Range(0, missed + 500).Select(static i => $"{i}"), await slow.TakeDataAsync(missed + 500));
        Assert.True(whileBlocked <= hub.Options.Limits.MaxWriteBytes + 1_024, $"{whileBlocked} bytes were written to a client that does not read");
    }

    [Fact]
    public async Task Deliver_ClientReadsInBursts_GetsEachEventOnce()
    {
        await using var hub = new TestHub(HubEngineTests.Small());
        MemorySink[] sinks = [.. Enumerable.Range(0, 8).Select(i => hub.Subscribe(i % 2 == 0 ? "t" : "{t}"))];
        Task publishing = Task.Run(() => hub.PublishManyAsync("t", 20_000));
        var random = new Random(1);
        while (!publishing.IsCompleted)
        {
            MemorySink sink = sinks[random.Next(sinks.Length)];
            sink.Block();
            await Task.Yield();
            sink.Open();
        }

        await publishing;
        Array.ForEach(sinks, static sink => sink.Open());
        foreach (MemorySink sink in sinks)
        {
            Assert.Equal(Enumerable.Range(0, 20_000).Select(static i => $"{i}"), await sink.TakeDataAsync(20_000));
        }
    }

    [Fact]
    public async Task Tick_ClientReadsNothing_IsClosedAsStalled()
    {
        await using var hub = new TestHub(new EngineOptions { Heartbeat = TimeSpan.FromMilliseconds(200), StallTimeout = TimeSpan.FromSeconds(1) });
        MemorySink stuck = hub.Subscribe("t");
        MemorySink healthy = hub.Subscribe("t");
        await stuck.UntilLiveAsync();
        stuck.Block();
        Assert.Equal(CloseReason.Stalled, await stuck.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        await hub.PublishAsync("t", "still here");
        Assert.Equal("still here", (await healthy.NextAsync()).Data);
        Assert.Equal(1, hub.Engine.Metrics.Closed(CloseReason.Stalled));
    }

    [Fact]
    public async Task Deliver_RetentionPassesABlockedClient_SendsAGap()
    {
        EngineOptions options = HubEngineTests.Small();
        options.RetentionInterval = TimeSpan.FromMilliseconds(20);
        options.Policies = [new TopicPolicy { Selector = "t", MaxCount = 100 }];
        await using var hub = new TestHub(options);
        MemorySink slow = hub.Subscribe("t");
        await slow.UntilLiveAsync();
        slow.Block();
        Position last = (await hub.PublishManyAsync("t", 8_000))[^1];
        while (hub.Engine.Topics(null, null, 1).Topics[0].Count > 100)
        {
            await Task.Yield();
            await hub.PublishAsync("other", new string('x', 4_096));
        }

        slow.Open();
        var seen = new List<ServerSentEvent>();
        while (seen.Count == 0 || seen[^1].LastEventId != last.ToString())
        {
            seen.Add(await slow.NextAsync());
        }

        List<ServerSentEvent> gaps = seen.FindAll(static e => e.Type == "longwave.gap");
        Assert.NotEmpty(gaps);
        List<int> data = [.. seen.Where(static e => e.Type == "message").Select(static e => int.Parse(e.Data, null))];
        Assert.Equal(data.Order().Distinct(), data);
    }
}
