using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests;

public sealed class HubEngineTests
{
    [Fact]
    public async Task Publish_ToLiveSubscriber_ArrivesOnceInOrder()
    {
        await using var hub = new TestHub();
        MemorySink exact = hub.Subscribe("a");
        MemorySink all = hub.Subscribe("*");
        MemorySink pattern = hub.Subscribe(["{name}", "a"]);
        MemorySink other = hub.Subscribe("b");

        List<Position> positions = await hub.PublishManyAsync("a", 1_000);
        await hub.PublishAsync("b", "other");

        string[] expected = [.. Enumerable.Range(0, 1_000).Select(static i => $"{i}")];
        Assert.Equal(expected, await exact.TakeDataAsync(1_000));
        Assert.Equal([.. expected, "other"], await all.TakeDataAsync(1_001));
        Assert.Equal([.. expected, "other"], await pattern.TakeDataAsync(1_001));
        Assert.Equal(["other"], await other.TakeDataAsync(1));
        Assert.Equal(positions[^1].ToString(), exact.LastEventId);
        Assert.Equal(positions.Order(Comparer<Position>.Create(static (a, b) => a.Offset.CompareTo(b.Offset))), positions);
    }

    [Theory]
    [InlineData("t")]
    [InlineData("*")]
    [InlineData("{x}")]
    public async Task Subscribe_FromEveryPosition_GetsExactlyTheRest(string selector)
    {
        await using var hub = new TestHub(Small());
        List<Position> positions = await hub.PublishManyAsync("t", 5_000);
        foreach (int at in new[] { 0, 1, 2_499, 4_000, 4_990, 4_998 })
        {
            MemorySink sink = hub.Subscribe(selector, positions[at].ToString(), endWhenLive: true);
            Assert.Equal(Enumerable.Range(at + 1, 4_999 - at).Select(static i => $"{i}"), (await sink.AllAsync()).Select(static e => e.Data));
        }
    }

    [Fact]
    public async Task Subscribe_AtEarliestWhilePublishing_HasNoGapAndNoRepeat()
    {
        await using var hub = new TestHub(Small());
        await hub.PublishManyAsync("t", 3_000);
        Task publishing = Task.Run(() => hub.PublishManyAsync("t", 20_000, static i => $"{i + 3_000}"));
        var sinks = new List<MemorySink>();
        while (!publishing.IsCompleted && sinks.Count < 50)
        {
            sinks.Add(hub.Subscribe("t", since: Since.Earliest));
            await Task.Yield();
        }

        await publishing;
        foreach (MemorySink sink in sinks)
        {
            Assert.Equal(Enumerable.Range(0, 23_000).Select(static i => $"{i}"), await sink.TakeDataAsync(23_000));
        }
    }

    [Fact]
    public async Task Restart_WithEvents_KeepsPositionsAndOrder()
    {
        await using var hub = new TestHub();
        List<Position> before = await hub.PublishManyAsync("t", 2_000);
        await hub.RestartAsync();
        Position after = await hub.PublishAsync("t", "2000");

        MemorySink sink = hub.Subscribe("t", before[999].ToString(), endWhenLive: true);
        List<ServerSentEvent> events = await sink.AllAsync();
        Assert.Equal(Enumerable.Range(1_000, 1_001).Select(static i => $"{i}"), events.Select(static e => e.Data));
        Assert.Equal(before[0].Epoch, after.Epoch);
        Assert.Equal(before[^1].Offset + 1, after.Offset);
        Assert.Equal(after.ToString(), events[^1].LastEventId);
    }

    [Fact]
    public async Task Publish_SameKeyAgain_ReturnsTheFirstEvenAfterRestart()
    {
        await using var hub = new TestHub();
        Position first = await hub.PublishAsync("t", "one", key: "k");
        PublishResult repeat = await hub.PublishAllAsync(new Event { Topic = "t", Data = "two"u8.ToArray() }, "k");
        Assert.Equal([new PublishedEvent(first, Duplicate: true)], repeat.Events);

        await hub.RestartAsync();
        repeat = await hub.PublishAllAsync(new Event { Topic = "t", Data = "three"u8.ToArray() }, "k");
        Assert.Equal([new PublishedEvent(first, Duplicate: true)], repeat.Events);
        Assert.Single(await hub.Subscribe("t", since: Since.Earliest, endWhenLive: true).AllAsync());
    }

    [Theory]
    [InlineData("garbage", "malformed")]
    [InlineData("00000000-1", "unknown-epoch")]
    public async Task Subscribe_InvalidPosition_SendsAReset(string position, string reason)
    {
        await using var hub = new TestHub();
        Position tip = await hub.PublishAsync("t", "old");
        MemorySink sink = hub.Subscribe("t", position);
        await sink.UntilLiveAsync();
        await hub.PublishAsync("t", "new");

        ServerSentEvent reset = await sink.NextAsync();
        Assert.Equal("longwave.reset", reset.Type);
        Assert.Contains(reason, reset.Data, StringComparison.Ordinal);
        Assert.Equal(tip.ToString(), reset.LastEventId);
        Assert.Equal("new", (await sink.NextAsync()).Data);
    }

    [Fact]
    public async Task Subscribe_PositionAheadOfTheLog_SendsAResetAndUsesSince()
    {
        await using var hub = new TestHub();
        Position tip = await hub.PublishAsync("t", "old");
        MemorySink sink = hub.Subscribe("t", (tip with { Offset = tip.Offset + 1 }).ToString(), Since.Earliest, endWhenLive: true);
        List<ServerSentEvent> events = await sink.AllAsync();
        Assert.Equal(["longwave.reset", "message"], events.Select(static e => e.Type));
        Assert.Contains("ahead", events[0].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribe_WithTypes_GetsOnlyTheseTypes()
    {
        await using var hub = new TestHub();
        MemorySink live = hub.Subscribe("t", types: ["price", "message"]);
        await hub.PublishAsync("t", "1", "price");
        await hub.PublishAsync("t", "2", "volume");
        await hub.PublishAsync("t", "3");
        Assert.Equal(["1", "3"], await live.TakeDataAsync(2));
        MemorySink replay = hub.Subscribe("t", since: Since.Earliest, endWhenLive: true, types: ["volume"]);
        Assert.Equal(["2"], (await replay.AllAsync()).Select(static e => e.Data));
    }

    [Fact]
    public async Task Publish_WithAlternates_IsOneEventUnderEveryTopic()
    {
        await using var hub = new TestHub();
        MemorySink both = hub.Subscribe(["a", "b"]);
        PublishResult result = await hub.PublishAllAsync(new Event { Topic = "a", Alternates = ["b", "c"], Data = "x"u8.ToArray() });
        await hub.PublishAsync("b", "y");
        Assert.Single(result.Events);
        Assert.Equal(["x", "y"], await both.TakeDataAsync(2));
        await hub.RestartAsync();
        foreach (string topic in new[] { "a", "b", "c", "*", "{any}" })
        {
            MemorySink replay = hub.Subscribe(topic, since: Since.Earliest, endWhenLive: true);
            Assert.Equal("x", (await replay.AllAsync())[0].Data);
        }
    }

    [Fact]
    public async Task Drain_WithStreams_SendsEachAReconnectTimeAndEnds()
    {
        await using var hub = new TestHub(new EngineOptions { DrainWindow = TimeSpan.FromMilliseconds(300), Heartbeat = TimeSpan.FromMilliseconds(200) });
        MemorySink[] sinks = [.. Enumerable.Range(0, 50).Select(_ => hub.Subscribe("t"))];
        await hub.PublishAsync("t", "last");
        await hub.Engine.DrainAsync(TestContext.Current.CancellationToken);
        foreach (MemorySink sink in sinks)
        {
            List<ServerSentEvent> events = await sink.AllAsync();
            Assert.Equal(["message", "longwave.reconnect"], events.Select(static e => e.Type));
            Assert.Equal(CloseReason.Drain, await sink.Ended.Task);
        }

        Assert.Equal(0, hub.Engine.ConnectionCount);
        Assert.Equal(SubscribeOutcome.Draining, hub.Engine.TrySubscribe(new SubscribeRequest { Selectors = [Longwave.Protocol.Selectors.Selector.Any] }, new MemorySink(), out _));
    }

    /// <summary>A hot tail of a thousand events, so that a few thousand reach storage and its index.</summary>
    internal static EngineOptions Small() => new() { Limits = { HotTailEvents = 1_024, JoinScanEvents = 64, MaxCommitEvents = 512, MaxRequestEvents = 1_000 } };
}
