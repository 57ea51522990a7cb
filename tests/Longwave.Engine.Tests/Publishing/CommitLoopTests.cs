using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Tests.Publishing;

public sealed class CommitLoopTests
{
    [Fact]
    public async Task Publish_NewTopicOverTheLimit_IsRejectedWhole()
    {
        await using var hub = new TestHub(new EngineOptions { Limits = { MaxTopics = 2 } });
        await hub.PublishAsync("a", "1");
        await hub.PublishAsync("b", "1");
        PublishResult refused = await hub.Engine.PublishAsync([To("a"), To("c")]);
        Assert.Equal(PublishOutcome.TooManyTopics, refused.Outcome);
        Assert.Empty(refused.Events);
        Assert.Equal(2, hub.Engine.Tip.Offset);
        Assert.Equal(PublishOutcome.Accepted, (await hub.Engine.PublishAsync([To("a"), To("b")])).Outcome);
    }

    [Fact]
    public async Task Publish_QueueIsFull_IsRejectedAndQueuedRequestsAreKept()
    {
        await using var hub = new TestHub(new EngineOptions { Limits = { MaxQueuedRequests = 4, MaxCommitEvents = 1 } });
        Task<PublishResult>[] requests = [.. Enumerable.Range(0, 2_000).Select(_ => hub.Engine.PublishAsync([To("t")]).AsTask())];
        PublishResult[] results = await Task.WhenAll(requests);
        Assert.Contains(results, static result => result.Outcome == PublishOutcome.QueueFull);
        Assert.Equal(results.Count(static result => result.Outcome == PublishOutcome.Accepted), hub.Engine.Tip.Offset);
    }

    /// <summary>A failed allocation rejects the batch and nothing else: publishing continues, and the rejected events can be published again.</summary>
    [Fact]
    public async Task Publish_AllocationFails_IsRejectedAndTheNextIsAccepted()
    {
        var clock = new FaultyClock { Failure = new InsufficientMemoryException() };
        await using var hub = new TestHub(new EngineOptions { RetentionInterval = TimeSpan.FromMilliseconds(10) }, clock);
        IdempotencyKey key = IdempotencyKey.FromCloudEvent("t", "source", "1");
        await hub.PublishAsync("t", "first");
        for (int i = 0; i < 20; i++)
        {
            clock.FailsUtcNow = true;
            PublishResult refused = await hub.Engine.PublishAsync([To("new") with { Key = key }]);
            Assert.Equal(PublishOutcome.ShortOfMemory, refused.Outcome);
            Assert.Equal(HubHealth.Healthy, hub.Engine.Health);
        }

        clock.FailsUtcNow = false;
        PublishResult accepted = await hub.Engine.PublishAsync([To("new") with { Key = key }]);
        Assert.Equal(PublishOutcome.Accepted, accepted.Outcome);
        Assert.False(accepted.Events[0].Duplicate);
        Assert.Equal(2, hub.Engine.Tip.Offset);
    }

    [Fact]
    public async Task Publish_SameKeyTwiceInOneRequest_IsOneEvent()
    {
        await using var hub = new TestHub();
        IdempotencyKey key = IdempotencyKey.FromCloudEvent("t", "source", "1");
        PublishResult result = await hub.Engine.PublishAsync([To("t") with { Key = key }, To("t") with { Key = key }, To("t")]);
        Assert.Equal([false, true, false], result.Events.Select(static published => published.Duplicate));
        Assert.Equal(result.Events[0].Position, result.Events[1].Position);
        Assert.Equal(2, hub.Engine.Tip.Offset);
    }

    [Fact]
    public async Task Publish_KeyAfterItsWindow_IsANewEvent()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(new EngineOptions { IdempotencyWindow = TimeSpan.FromMinutes(10) }, clock);
        await hub.PublishAsync("t", "1", key: "k");
        clock.Advance(TimeSpan.FromMinutes(9));
        Assert.True((await hub.PublishAllAsync(new Event { Topic = "t" }, "k")).Events[0].Duplicate);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.False((await hub.PublishAllAsync(new Event { Topic = "t" }, "k")).Events[0].Duplicate);
    }

    /// <summary>A restarted hub recognizes repeats like one that kept running: by the times of events, not by the clock at its start.</summary>
    [Fact]
    public async Task Publish_KeyWhoseWindowPassedWhileTheHubWasDown_IsDecidedByTheTimeOfTheNextEvent()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(new EngineOptions { IdempotencyWindow = TimeSpan.FromMinutes(10) }, clock);
        await hub.PublishAsync("t", "1", key: "k");
        clock.Advance(TimeSpan.FromMinutes(11));
        await hub.RestartAsync();
        clock.Advance(-TimeSpan.FromMinutes(2));
        Assert.True((await hub.PublishAllAsync(new Event { Topic = "t" }, "k")).Events[0].Duplicate);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.False((await hub.PublishAllAsync(new Event { Topic = "t" }, "k")).Events[0].Duplicate);
    }

    [Fact]
    public async Task SourcePosition_OfAcceptedRequests_SurvivesARestart()
    {
        await using var hub = new TestHub(new EngineOptions { Limits = { MaxTopics = 1 } });
        Assert.Null(hub.Engine.SourcePosition);
        Assert.Equal(PublishOutcome.Accepted, await PublishAsync(hub, "t", "at 1"));
        Assert.Equal(PublishOutcome.TooManyTopics, await PublishAsync(hub, "one too many", "at 2"));
        Assert.Equal("at 1"u8.ToArray(), hub.Engine.SourcePosition?.ToArray());
        await hub.RestartAsync();
        Assert.Equal("at 1"u8.ToArray(), hub.Engine.SourcePosition?.ToArray());
        Assert.Equal(PublishOutcome.Accepted, await PublishAsync(hub, null, "at 3"));
        Assert.Equal("at 3"u8.ToArray(), hub.Engine.SourcePosition?.ToArray());
        Assert.Equal(1, hub.Engine.Tip.Offset);
    }

    [Fact]
    public async Task SetSourcePosition_TooLong_Throws()
    {
        await using var hub = new TestHub();
        PublishRequest request = hub.Engine.NewRequest();
        Assert.Throws<ArgumentException>(() => request.SetSourcePosition(new byte[PublishRequest.MaxSourcePositionBytes + 1]));
        request.SetSourcePosition(new byte[PublishRequest.MaxSourcePositionBytes]);
    }

    [Fact]
    public async Task Publish_AfterShutdown_FailsWithTheReason()
    {
        var hub = new TestHub();
        await hub.DisposeAsync();
        Assert.Equal(PublishOutcome.ShuttingDown, (await hub.Engine.PublishAsync([To("t")])).Outcome);
    }

    [Fact]
    public async Task Subscribe_OverTheLimits_IsRejected()
    {
        await using var hub = new TestHub(new EngineOptions { Limits = { MaxConnections = 3, MaxPatterns = 1 } });
        hub.Subscribe("{a}");
        var request = new SubscribeRequest { Selectors = [Pattern("x/{b}")] };
        Assert.Equal(SubscribeOutcome.TooManyPatterns, hub.Engine.TrySubscribe(request, new MemorySink(), out _));
        hub.Subscribe("{a}");
        MemorySink last = hub.Subscribe("b");
        Assert.Equal(SubscribeOutcome.TooManyConnections, hub.Engine.TrySubscribe(request, new MemorySink(), out _));
        last.Subscriber!.Close(CloseReason.ClientGone);
        Assert.Equal(CloseReason.ClientGone, await last.Subscriber.Completion);
        Assert.Equal(2, hub.Engine.ConnectionCount);
        hub.Subscribe("b");
    }

    private static Longwave.Protocol.Selectors.Selector Pattern(string text) =>
        Longwave.Protocol.Selectors.Selector.TryParse(text, out Longwave.Protocol.Selectors.Selector? selector, out _) ? selector : throw new ArgumentException(text);

    private static async Task<PublishOutcome> PublishAsync(TestHub hub, string? topic, string source)
    {
        PublishRequest request = hub.Engine.NewRequest();
        if (topic is not null)
        {
            Assert.Null(request.Add(new Event { Topic = topic }));
        }

        request.SetSourcePosition(Encoding.ASCII.GetBytes(source));
        return (await hub.Engine.PublishAsync(request)).Outcome;
    }

    private static Publication To(string topic) => new(new Event { Topic = topic, Data = Encoding.UTF8.GetBytes("x") }, null);
}
