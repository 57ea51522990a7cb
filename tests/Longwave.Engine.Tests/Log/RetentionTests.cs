using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Log;

public sealed class RetentionTests
{
    [Fact]
    public async Task Sweep_TopicOverItsCount_KeepsTheNewestAndReportsTheRest()
    {
        await using var hub = new TestHub(Often(new TopicPolicy { Selector = "t", MaxCount = 100 }));
        List<Position> positions = await hub.PublishManyAsync("t", 3_000);
        await PushOutOfTailAsync(hub, "t", 100);

        MemorySink resumed = hub.Subscribe("t", positions[10].ToString(), endWhenLive: true);
        List<ServerSentEvent> events = await resumed.AllAsync();
        Assert.Equal("longwave.gap", events[0].Type);
        Assert.Contains($"\"from\":\"{positions[10]}\"", events[0].Data, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(2_900, 100).Select(static i => $"{i}"), events.Skip(1).Select(static e => e.Data));

        List<ServerSentEvent> earliest = await hub.Subscribe("t", since: Since.Earliest, endWhenLive: true).AllAsync();
        Assert.Equal(100, earliest.Count);
        Assert.DoesNotContain(earliest, static e => e.Type == "longwave.gap");

        await hub.RestartAsync();
        TopicInfo info = hub.Engine.Topics(null, null, 10).Topics.Single(static topic => topic.Name == "t");
        Assert.Equal((100, positions[2_900].Offset, positions[^1].Offset), (info.Count, info.First, info.Tip));
        Assert.Equal("longwave.gap", (await hub.Subscribe("t", positions[10].ToString()).NextAsync()).Type);
    }

    [Fact]
    public async Task Sweep_QuietTopic_IsTrimmedWithoutNewEvents()
    {
        await using var hub = new TestHub(Often(new TopicPolicy { Selector = "t", MaxCount = 3 }));
        await hub.PublishManyAsync("t", 10);
        while (hub.Engine.Topics(null, null, 10).Topics[0].Count > 3)
        {
            await Task.Yield();
        }

        List<ServerSentEvent> left = await hub.Subscribe("t", since: Since.Earliest, endWhenLive: true).AllAsync();
        Assert.Equal(["7", "8", "9"], left.Select(static e => e.Data));
    }

    [Fact]
    public async Task Publish_MemoryTopicWithDurableAlternate_IsStored()
    {
        await using var hub = new TestHub(Often(new TopicPolicy { Selector = "tick", Durability = Durability.Memory }));
        await hub.PublishAllAsync(new Event { Topic = "tick", Alternates = ["kept"], Data = "x"u8.ToArray() });
        await hub.RestartAsync();
        Assert.Equal("x", Assert.Single(await hub.Subscribe("kept", since: Since.Earliest, endWhenLive: true).AllAsync()).Data);
    }

    [Fact]
    public async Task Sweep_TopicOverItsBytes_KeepsTheNewestThatFit()
    {
        await using var hub = new TestHub(Often(new TopicPolicy { Selector = "t", MaxBytes = 10_000 }));
        await hub.PublishManyAsync("t", 500, static _ => new string('x', 100));
        await PushOutOfTailAsync(hub, "t", 100);
        TopicInfo info = hub.Engine.Topics(null, null, 10).Topics.Single(static topic => topic.Name == "t");
        Assert.Equal((100, 10_000), (info.Count, info.Bytes));
    }

    [Fact]
    public async Task Sweep_EventsOverTheirAge_AreRemovedAndTheTopicForgotten()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(Often(new TopicPolicy { Selector = "t", MaxAge = TimeSpan.FromHours(1) }), clock);
        Position old = await hub.PublishAsync("t", "old");
        clock.Advance(TimeSpan.FromMinutes(90));
        await PushOutOfTailAsync(hub, "t", 0);
        await UntilAsync(hub, () => hub.Engine.Topics(null, null, 10).Topics.All(static topic => topic.Name != "t"), clock);

        // The topic is gone, and an earlier subscriber still gets a gap.
        ServerSentEvent first = await hub.Subscribe("t", (old with { Offset = 0 }).ToString()).NextAsync();
        Assert.Equal("longwave.gap", first.Type);
    }

    [Fact]
    public async Task Restart_AlternateRemoved_ItsNumberIsNotReused()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(Often(new TopicPolicy { Selector = "old", MaxAge = TimeSpan.FromHours(1) }), clock);
        await hub.PublishAsync("filler", "first");
        await hub.PublishAsync("t", "second");
        await hub.PublishAllAsync(new Event { Topic = "t", Alternates = ["old"], Data = "of both"u8.ToArray() });
        clock.Advance(TimeSpan.FromHours(2));
        await UntilAsync(hub, () => !hub.Engine.Topics(null, null, 10).Topics.Any(static topic => topic is { Name: "old", Count: > 0 }), clock);
        for (int sweeps = 0; sweeps < 200; sweeps++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await hub.PublishAsync("t", "x");
        }

        await hub.RestartAsync();
        await hub.PublishAsync("new", "its own");
        List<ServerSentEvent> found = await hub.Subscribe(["new", "newer"], since: Since.Earliest, endWhenLive: true).AllAsync();
        Assert.Equal(["its own"], found.Select(static e => e.Data));
    }

    /// <summary>An event goes with its first topic, so an alternate loses events here and there and keeps those between.</summary>
    [Fact]
    public async Task Sweep_AlternateOfTrimmedTopics_KeepsTheOthersAndCountsThem()
    {
        EngineOptions options = Often(new TopicPolicy { Selector = "t", MaxCount = 10 });
        await using var hub = new TestHub(options);
        for (int i = 0; i < 100; i++)
        {
            await hub.PublishAllAsync(new Event { Topic = i % 2 == 0 ? "t" : "other", Alternates = ["shared"], Data = Encoding.UTF8.GetBytes($"{i}") });
        }

        await PushOutOfTailAsync(hub, "t", 10);
        TopicInfo info = hub.Engine.Topics(null, null, 10).Topics.Single(static topic => topic.Name == "shared");
        string[] kept = [.. Enumerable.Range(0, 100).Where(static i => i % 2 == 1 || i >= 80).Select(static i => $"{i}")];
        Assert.Equal(kept.Length, info.Count);
        foreach (int restarts in new[] { 0, 1 })
        {
            Assert.Equal(kept, (await hub.Subscribe("shared", since: Since.Earliest, endWhenLive: true).AllAsync()).Select(static e => e.Data));
            Assert.Equal(kept, (await hub.Subscribe(["shared", "{any}"], since: Since.Earliest, endWhenLive: true).AllAsync())
                .Select(static e => e.Data).Take(kept.Length));
            await hub.RestartAsync();
        }
    }

    [Fact]
    public async Task Restart_MemoryTopic_ReusesNoOffsetAndReportsTheLoss()
    {
        EngineOptions options = Often(new TopicPolicy { Selector = "tick/{name}", Durability = Durability.Memory });
        await using var hub = new TestHub(options);
        Position stored = await hub.PublishAsync("t", "kept");
        Position tick = (await hub.PublishManyAsync("tick/a", 1_000))[^1];
        Assert.Equal(1_000, (await hub.Subscribe("tick/a", since: Since.Earliest, endWhenLive: true).AllAsync()).Count);

        await hub.RestartAsync();
        Position next = await hub.PublishAsync("tick/a", "new");
        Assert.True(next.Offset > tick.Offset);
        List<ServerSentEvent> resumed = await hub.Subscribe(["tick/a", "t"], stored.ToString(), endWhenLive: true).AllAsync();
        Assert.Equal(["longwave.gap", "message"], resumed.Select(static e => e.Type));
        Assert.Equal("new", resumed[1].Data);
    }

    [Fact]
    public async Task Subscribe_SinceATime_StartsThere()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(HubEngineTests.Small(), clock);
        var times = new List<DateTimeOffset>();
        for (int i = 0; i < 200; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            times.Add(clock.GetUtcNow());
            await hub.PublishManyAsync("t", 20, _ => $"{i}");
        }

        foreach (int at in new[] { 0, 1, 77, 198, 199 })
        {
            List<ServerSentEvent> events = await hub.Subscribe("t", since: Since.At(times[at]), endWhenLive: true).AllAsync();
            Assert.Equal(((200 - at) * 20, $"{at}"), (events.Count, events[0].Data));
        }

        Assert.Empty(await hub.Subscribe("t", since: Since.At(times[^1] + TimeSpan.FromMilliseconds(1)), endWhenLive: true).AllAsync());
    }

    [Fact]
    public async Task Publish_ClockRunsBackwards_EventTimesDoNot()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(clock: clock);
        await hub.PublishAsync("t", "1");
        clock.Advance(TimeSpan.FromHours(-5));
        await hub.PublishAsync("t", "2");
        DateTimeOffset first = clock.GetUtcNow() + TimeSpan.FromHours(5);
        Assert.Equal(["1", "2"], (await hub.Subscribe("t", since: Since.At(first), endWhenLive: true).AllAsync()).Select(static e => e.Data));
    }

    private static EngineOptions Often(TopicPolicy policy)
    {
        EngineOptions options = HubEngineTests.Small();
        options.RetentionInterval = TimeSpan.FromMilliseconds(10);
        options.Policies = [policy];
        return options;
    }

    /// <summary>Retention works on what the index has: other events push the topic's out of the hot tail.</summary>
    private static async Task PushOutOfTailAsync(TestHub hub, string topic, long count)
    {
        while (hub.Engine.Topics(null, null, 10).Topics.FirstOrDefault(info => info.Name == topic) is { } info && info.Count > count)
        {
            await hub.PublishManyAsync("filler", 1_000);
            (hub.Clock as ManualClock)?.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task UntilAsync(TestHub hub, Func<bool> done, ManualClock clock)
    {
        while (!done())
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await hub.PublishAsync("filler", "x");
        }
    }
}
