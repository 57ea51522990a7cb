using System.Globalization;
using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.EventStream;

namespace Longwave.Engine.Tests.Publishing;

/// <summary>The rules of events and the limits of requests hold for every caller of the engine.</summary>
public sealed class PublishRequestTests
{
    private static readonly Event Plain = new() { Topic = "t", Data = "x"u8.ToArray() };

    public static TheoryData<string, Event> RuleBreakers => new()
    {
        { "topic", Plain with { Topic = "" } },
        { "topic", Plain with { Topic = "a\nb" } },
        { "topic", Plain with { Topic = "*" } },
        { "topic", Plain with { Topic = new string('t', EventRules.MaxTopicBytes + 1) } },
        { "topic", Plain with { Alternates = ["a", "b\r"] } },
        { "topic", Plain with { Alternates = [.. Enumerable.Range(0, EventRules.MaxAlternates + 1).Select(static i => $"{i}")] } },
        { "type", Plain with { Type = "a\nb" } },
        { "type", Plain with { Type = "longwave.gap" } },
        { "id", Plain with { Id = "a\0b" } },
        { "key", Plain with { Key = "a\rb" } },
        { "retry", Plain with { RetryMs = -1 } },
        { "datacontenttype", Plain with { ContentType = "text/plain\n" } },
        { "attributes", Plain with { Attributes = "{}\n" } },
        { "attributes", Plain with { Attributes = "{} {}" } },
        { "data", Plain with { Data = new byte[] { 0xC0, 0x80 } } },
        { "data", Plain with { Data = new byte[1025] } },
    };

    [Theory]
    [MemberData(nameof(RuleBreakers))]
    public async Task Publish_InvalidEvent_IsRejectedAndTheTopicStaysReadable(string field, Event broken)
    {
        await using var hub = new TestHub(new EngineOptions { Limits = { MaxEventBytes = 1024 } });
        MemorySink live = hub.Subscribe("*");
        PublishResult refused = await hub.Engine.PublishAsync([new Publication(Plain, null), new Publication(broken, null)]);
        Assert.Equal((PublishOutcome.InvalidEvent, field, 1), (refused.Outcome, refused.Problem?.Field, refused.Problem?.Index));
        Assert.Empty(refused.Events);

        await hub.PublishAsync("t", "good");
        Assert.Equal(["good"], await live.TakeDataAsync(1));
        Assert.Equal(["good"], (await hub.Subscribe("*", since: Since.Earliest, endWhenLive: true).AllAsync()).Select(static e => e.Data));
    }

    [Fact]
    public async Task Publish_TooManyEventsInARequest_IsRejectedWhole()
    {
        await using var hub = new TestHub(new EngineOptions { Limits = { MaxRequestEvents = 2 } });
        PublishResult refused = await hub.Engine.PublishAsync(Many(3, 1));
        Assert.Equal((PublishOutcome.TooManyEvents, "body"), (refused.Outcome, refused.Problem?.Field));
        Assert.Equal(0, hub.Engine.Tip.Offset);
        Assert.Equal(PublishOutcome.Accepted, (await hub.Engine.PublishAsync(Many(2, 1))).Outcome);
    }

    [Fact]
    public async Task Publish_TooMuchDataInARequest_IsRejectedWhole()
    {
        await using var hub = new TestHub(new EngineOptions { Limits = { MaxRequestBytes = 1_000 } });
        PublishResult refused = await hub.Engine.PublishAsync(Many(3, 334));
        Assert.Equal((PublishOutcome.RequestTooLarge, "body"), (refused.Outcome, refused.Problem?.Field));
        Assert.Equal(0, hub.Engine.Tip.Offset);
        Assert.Equal(PublishOutcome.Accepted, (await hub.Engine.PublishAsync(Many(2, 500))).Outcome);
    }

    /// <summary>Events that do not fit into the hot tail would be lost before delivery and reported as removed by retention.</summary>
    [Theory]
    [InlineData(1_024, 1, 1_025, 1)]
    [InlineData(512, 800, 513, 800)]
    public async Task Publish_MoreMemoryEventsThanTheHotTailKeeps_IsRejectedAndTheMaximumIsDelivered(int most, int mostBytes, int tooMany, int tooManyBytes)
    {
        await using var hub = new TestHub(Memory(hotTailBytes: most * LoggedEvent.SizeOf(new Event { Topic = "t", Data = new byte[mostBytes] })));
        MemorySink sink = hub.Subscribe("*");
        PublishResult refused = await hub.Engine.PublishAsync(Many(tooMany, tooManyBytes));
        Assert.Equal((PublishOutcome.LargerThanHotTail, "body"), (refused.Outcome, refused.Problem?.Field));
        Assert.Equal(0, hub.Engine.Tip.Offset);

        Assert.Equal(PublishOutcome.Accepted, (await hub.Engine.PublishAsync(Many(most, mostBytes))).Outcome);
        for (int i = 0; i < most; i++)
        {
            Assert.Equal("message", (await sink.NextAsync()).Type);
        }

        Assert.Equal(most, (await hub.Subscribe("*", since: Since.Earliest, endWhenLive: true).AllAsync()).Count);
    }

    [Fact]
    public async Task Publish_MoreDurableEventsThanTheHotTailKeeps_AreAllInTheLog()
    {
        EngineOptions options = Memory(hotTailBytes: 64 * 1024);
        options.Policies.Insert(0, new TopicPolicy { Selector = "kept" });
        await using var hub = new TestHub(options);
        Publication[] publications = [.. Enumerable.Range(0, 3_000).Select(static i => new Publication(Numbered(i) with { Alternates = ["kept"] }, null))];
        Assert.Equal(PublishOutcome.Accepted, (await hub.Engine.PublishAsync(publications)).Outcome);
        List<ServerSentEvent> events = await hub.Subscribe("kept", since: Since.Earliest, endWhenLive: true).AllAsync();
        Assert.Equal(Enumerable.Range(0, 3_000).Select(static i => i.ToString(CultureInfo.InvariantCulture)), events.Select(static e => e.Data));
    }

    [Fact]
    public async Task Publish_TopicsNamedTwice_CountOnce()
    {
        await using var hub = new TestHub();
        string[] alternates = ["a", "t", "a"];
        await hub.PublishAllAsync(Plain with { Alternates = alternates });
        Assert.Equal([("a", 1L), ("t", 1L)], hub.Engine.Topics(null, null, 10).Topics.Select(static topic => (topic.Name, topic.Count)));
        Assert.Single(await hub.Subscribe(["a", "t"], since: Since.Earliest, endWhenLive: true).AllAsync());
    }

    [Fact]
    public async Task Publish_AlternatesChangeAfterwards_AppendsTheCheckedOnes()
    {
        await using var hub = new TestHub();
        var alternates = new List<string> { "a" };
        PublishRequest request = hub.Engine.NewRequest();
        Assert.Null(request.Add(Plain with { Alternates = alternates }));
        alternates[0] = "a\nb";
        await hub.Engine.PublishAsync(request);
        Assert.Equal(["a", "t"], hub.Engine.Topics(null, null, 10).Topics.Select(static topic => topic.Name));
    }

    [Fact]
    public async Task Publish_RequestUsedTwice_Throws()
    {
        await using var hub = new TestHub();
        PublishRequest request = hub.Engine.NewRequest();
        request.Add(Plain);
        await hub.Engine.PublishAsync(request);
        Assert.Throws<InvalidOperationException>(() => request.Add(Plain));
        await Assert.ThrowsAsync<InvalidOperationException>(() => hub.Engine.PublishAsync(request).AsTask());
        Assert.Equal(1, hub.Engine.Tip.Offset);
    }

    [Fact]
    public async Task Publish_RequestWithoutEvents_IsAcceptedAndAppendsNothing()
    {
        await using var hub = new TestHub();
        PublishResult result = await hub.Engine.PublishAsync(hub.Engine.NewRequest());
        Assert.Equal(PublishOutcome.Accepted, result.Outcome);
        Assert.Empty(result.Events);
    }

    private static EngineOptions Memory(long hotTailBytes) => new()
    {
        Limits = { HotTailEvents = 1_024, HotTailBytes = hotTailBytes },
        Policies = [new TopicPolicy { Selector = "*", Durability = Durability.Memory }],
    };

    private static Publication[] Many(int count, int bytes) => [.. Enumerable.Range(0, count).Select(_ => new Publication(Plain with { Data = Encoding.ASCII.GetBytes(new string('x', bytes)) }, null))];

    private static Event Numbered(int number) => Plain with { Data = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)) };
}
