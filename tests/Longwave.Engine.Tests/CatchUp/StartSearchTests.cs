using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.CatchUp;

/// <summary>Streams that start with their last events.</summary>
public sealed class StartSearchTests
{
    /// <summary>The hot tail holds the last 1,024 events, so most cases read storage.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1_023)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(2_500)]
    [InlineData(9_999)]
    [InlineData(10_000)]
    public async Task Last_OfEveryTopic_StartsWithExactlyTheseEvents(int last)
    {
        await using TestHub hub = Small();
        await hub.PublishManyAsync("t", 3_000);
        List<ServerSentEvent> found = await hub.Subscribe("*", since: Since.Last(last), endWhenLive: true).AllAsync();
        int count = Math.Min(last, 3_000);
        Assert.Equal(Enumerable.Range(3_000 - count, count).Select(static i => $"{i}"), found.Select(static e => e.Data));
    }

    [Theory]
    [InlineData("rare", 3)]
    [InlineData("rare", 100)]
    [InlineData("r{name}", 3)]
    [InlineData("often", 700)]
    [InlineData("unknown", 3)]
    public async Task Last_OfSomeTopics_CountsOnlyMatchingEvents(string selector, int last)
    {
        await using TestHub hub = Small();
        for (int i = 0; i < 5; i++)
        {
            await hub.PublishManyAsync("often", 500);
            await hub.PublishAsync("rare", $"r{i}");
        }

        List<ServerSentEvent> all = await hub.Subscribe(selector, since: Since.Earliest, endWhenLive: true).AllAsync();
        List<ServerSentEvent> found = await hub.Subscribe(selector, since: Since.Last(last), endWhenLive: true).AllAsync();
        Assert.Equal(all.TakeLast(last).Select(static e => e.Data), found.Select(static e => e.Data));
    }

    [Fact]
    public async Task Last_WithTypesAndGrants_CountsOnlyEventsThatTheClientReceives()
    {
        await using TestHub hub = Small();
        for (int i = 0; i < 2_000; i++)
        {
            ValueTask<PublishResult> first = hub.Engine.PublishAsync([new Publication(new Event { Topic = i % 2 == 0 ? "a" : "b", Type = i % 10 == 0 ? "x" : "y", Data = System.Text.Encoding.UTF8.GetBytes($"{i}") }, null)]);
            Assert.Equal(PublishOutcome.Accepted, (await first).Outcome);
        }

        List<ServerSentEvent> typed = await hub.Subscribe(["*"], since: Since.Last(150), endWhenLive: true, types: ["x"]).AllAsync();
        Assert.Equal(Enumerable.Range(50, 150).Select(static i => $"{i * 10}"), typed.Select(static e => e.Data));

        Assert.True(Selector.TryParse("b", out Selector? b, out _));
        var access = new ReadAccess([new Grant(b)], []);
        MemorySink granted = hub.Subscribe(
            request => request with { Since = Since.Last(800), EndWhenLive = true, Identity = new StreamIdentity { Connection = "c", Access = access } }, "*");
        Assert.Equal(Enumerable.Range(200, 800).Select(static i => $"{(2 * i) + 1}"), (await granted.AllAsync()).Select(static e => e.Data));
    }

    [Fact]
    public async Task Last_EventsThatRetentionRemoved_AreNotReportedAsAGap()
    {
        var options = new EngineOptions { RetentionInterval = TimeSpan.FromMilliseconds(20) };
        options.Limits.HotTailEvents = 1_024;
        options.Policies.Add(new TopicPolicy { Selector = "short", MaxCount = 2 });
        await using var hub = new TestHub(options);
        await hub.PublishManyAsync("long", 100);
        await hub.PublishManyAsync("short", 2_000);
        while (hub.Engine.Topics(null, null, 10).Topics.Single(static topic => topic.Name == "short").Count > 2)
        {
            await Task.Yield();
        }

        List<ServerSentEvent> found = await hub.Subscribe(["long", "short"], since: Since.Last(4), endWhenLive: true).AllAsync();
        Assert.Equal(["98", "99", "1998", "1999"], found.Select(static e => e.Data));
    }

    [Theory]
    [InlineData(Durability.Log)]
    [InlineData(Durability.Memory)]
    public async Task Last_ThenLive_ContinuesWithNewEvents(Durability durability)
    {
        var options = new EngineOptions();
        options.Policies.Add(new TopicPolicy { Selector = "t", Durability = durability });
        await using var hub = new TestHub(options);
        await hub.PublishManyAsync("t", 100);
        MemorySink sink = hub.Subscribe("t", since: Since.Last(2));
        await sink.UntilLiveAsync();
        await hub.PublishAsync("t", "new");
        Assert.Equal(["98", "99", "new"], await sink.TakeDataAsync(3));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3_000)]
    public async Task Last_CompleteTopic_DoesNotCountTheCompletion(int later)
    {
        await using TestHub hub = Small();
        await hub.PublishManyAsync("t", 100);
        await hub.PublishAllAsync(Event.Completion("t"));
        await hub.PublishManyAsync("other", later);
        List<ServerSentEvent> found = await hub.Subscribe("t", since: Since.Last(2), endWhenLive: true).AllAsync();
        Assert.Equal(["98", "99"], found.Where(static e => !e.Type.StartsWith("longwave.", StringComparison.Ordinal)).Select(static e => e.Data));
        Assert.Contains(found, static e => e.Type == "longwave.complete");
    }

    [Fact]
    public async Task Last_EmptyLog_IsLiveAtOnce()
    {
        await using var hub = new TestHub();
        MemorySink sink = hub.Subscribe("t", since: Since.Last(5));
        await sink.UntilLiveAsync();
        await hub.PublishAsync("t", "new");
        Assert.Equal("new", (await sink.NextAsync()).Data);
    }

    private static TestHub Small()
    {
        var options = new EngineOptions();
        options.Limits.HotTailEvents = 1_024;
        return new TestHub(options);
    }
}
