using System.Text;
using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests;

/// <summary>The completion of a topic: publishing, streams, storage, retention.</summary>
public sealed class CompletionTests
{
    [Fact]
    public async Task Publish_Completion_EndsTheStreamAfterItsLastEvent()
    {
        await using var hub = new TestHub();
        MemorySink sink = hub.Subscribe("jobs/1");
        await sink.Live.Task;
        await hub.PublishAsync("jobs/1", "a");
        Position last = await CompleteAsync(hub, "jobs/1");
        List<ServerSentEvent> all = await sink.AllAsync();
        Assert.Equal(["a", """{"topic":"jobs/1"}""", """{"reason":"complete"}"""], all.Select(static e => e.Data));
        Assert.Equal(["message", "longwave.complete", "longwave.closed"], all.Select(static e => e.Type));
        Assert.Equal(CloseReason.Completed, await sink.Ended.Task);
        Assert.Equal(last.ToString(), sink.LastEventId);
    }

    [Fact]
    public async Task Publish_AfterTheCompletion_IsRejectedAndARepeatIsNot()
    {
        await using var hub = new TestHub();
        Position data = await hub.PublishAsync("jobs/1", "a", key: "k");
        Position completion = await CompleteAsync(hub, "jobs/1");
        PublishResult refused = await hub.Engine.PublishAsync([Of("jobs/1", "b")]);
        Assert.Equal(PublishOutcome.TopicComplete, refused.Outcome);
        Assert.Contains("`jobs/1` is complete", refused.Problem!.Detail, StringComparison.Ordinal);
        refused = await hub.Engine.PublishAsync([Of("other", "b"), new Publication(new Event { Topic = "x", Alternates = ["y", "jobs/1"] }, null)]);
        Assert.Equal((PublishOutcome.TopicComplete, 1), (refused.Outcome, refused.Problem!.Index));
        Assert.DoesNotContain(hub.Engine.Topics(null, null, 10).Topics, static topic => topic.Name is "other" or "x");

        Assert.Equal(data, await hub.PublishAsync("jobs/1", "a", key: "k"));
        Assert.Equal(completion, await CompleteAsync(hub, "jobs/1"));
        Assert.Equal(completion, hub.Engine.Tip);
    }

    [Fact]
    public async Task Publish_CompletionAndALaterEventInOneRequest_AppendsNothing()
    {
        await using var hub = new TestHub();
        PublishResult refused = await hub.Engine.PublishAsync([Of("jobs/1", "a"), new Publication(Event.Completion("jobs/1"), null), Of("jobs/1", "b")]);
        Assert.Equal((PublishOutcome.TopicComplete, 2), (refused.Outcome, refused.Problem!.Index));
        Assert.Equal(0, hub.Engine.Tip.Offset);
        await hub.PublishAsync("jobs/1", "the topic is open");
    }

    [Fact]
    public async Task Publish_CompletionWithDataKeyAndAlternates_NamesOnlyTheTopic()
    {
        await using var hub = new TestHub();
        MemorySink all = hub.Subscribe("*");
        await all.Live.Task;
        Event completion = Event.Completion("a\"\u00fc") with { Data = "x"u8.ToArray(), Key = "k" };
        Assert.Equal(PublishOutcome.Accepted, (await hub.Engine.PublishAsync([new Publication(completion, null)])).Outcome);
        Assert.Equal("{\"topic\":\"a\\\"\u00fc\"}", (await all.NextAsync()).Data);
        PublishResult refused = await hub.Engine.PublishAsync([new Publication(Event.Completion("b") with { Alternates = ["c"] }, null)]);
        Assert.Equal(PublishOutcome.InvalidEvent, refused.Outcome);
    }

    [Fact]
    public async Task Subscribe_ListOfTopics_EndsWhenTheLastOneIsComplete()
    {
        await using var hub = new TestHub();
        MemorySink list = hub.Subscribe(["jobs/1", "jobs/2", "jobs/3"]);
        MemorySink pattern = hub.Subscribe(["jobs/1", "jobs/2", "jobs/{id}"]);
        await Task.WhenAll(list.Live.Task, pattern.Live.Task);
        await CompleteAsync(hub, "jobs/2");
        await hub.PublishAsync("jobs/1", "a");
        await CompleteAsync(hub, "jobs/1");
        Assert.Equal(["longwave.complete", "message", "longwave.complete"], new[] { await list.NextAsync(), await list.NextAsync(), await list.NextAsync() }.Select(static e => e.Type));
        Assert.False(list.Ended.Task.IsCompleted);
        await CompleteAsync(hub, "jobs/3");
        Assert.Equal(CloseReason.Completed, await list.Ended.Task);

        await hub.PublishAsync("jobs/4", "the pattern matches a new topic");
        List<string> data = await pattern.TakeDataAsync(5);
        Assert.Equal("the pattern matches a new topic", data[^1]);
        Assert.False(pattern.Ended.Task.IsCompleted);
    }

    [Fact]
    public async Task Subscribe_CompletionOfOneTopicWasRemoved_StillEndsWithTheOthers()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(Forgetful("old"), clock);
        MemorySink sink = hub.Subscribe(["open", "old"]);
        await sink.Live.Task;
        await CompleteAsync(hub, "old");
        await sink.NextAsync();
        await UntilOpenAsync(hub, clock, "old");
        await CompleteAsync(hub, "open");
        Assert.Equal(CloseReason.Completed, await sink.Ended.Task);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Subscribe_Replay_DeliversAllEventsAndThenTheEnd(bool restarts)
    {
        await using var hub = new TestHub();
        List<Position> positions = await hub.PublishManyAsync("jobs/1", 2_000);
        Position last = await CompleteAsync(hub, "jobs/1");
        await hub.PublishAsync("other", "x");
        if (restarts)
        {
            await hub.RestartAsync();
        }

        foreach (MemorySink sink in new[] { hub.Subscribe("jobs/1", since: Since.Earliest), hub.Subscribe("jobs/1", positions[9].ToString()), hub.Subscribe("jobs/1", since: Since.At(hub.Clock.GetUtcNow().AddHours(-1))) })
        {
            List<ServerSentEvent> all = await sink.AllAsync();
            Assert.Equal("1999", all[^3].Data);
            Assert.Equal(("longwave.complete", last.ToString()), (all[^2].Type, all[^2].LastEventId));
            Assert.Equal("longwave.closed", all[^1].Type);
            Assert.Equal(CloseReason.Completed, await sink.Ended.Task);
        }

        Assert.Equal(PublishOutcome.TopicComplete, (await hub.Engine.PublishAsync([Of("jobs/1", "late")])).Outcome);
        Assert.True(hub.Engine.Topics(null, null, 10).Topics[0].IsComplete);
    }

    [Fact]
    public async Task Subscribe_WithATypeFilterOrConflation_ReceivesTheCompletionAndTheLastEvent()
    {
        await using var hub = new TestHub();
        MemorySink typed = hub.Subscribe("jobs/1", types: "done");
        await typed.Live.Task;
        await hub.PublishAsync("jobs/1", "a", type: "progress");
        await hub.PublishAsync("jobs/1", "b", type: "done");
        await CompleteAsync(hub, "jobs/1");
        Assert.Equal(["b", """{"topic":"jobs/1"}""", """{"reason":"complete"}"""], (await typed.AllAsync()).Select(static e => e.Data));

        MemorySink conflated = hub.Subscribe(static request => request with { Since = Since.Earliest, Conflate = true }, "jobs/1");
        Assert.Equal(["b", """{"topic":"jobs/1"}""", """{"reason":"complete"}"""], (await conflated.AllAsync()).Select(static e => e.Data));
        MemorySink paced = hub.Subscribe(static request => request with { Since = Since.Earliest, MaxRate = 50 }, "jobs/1");
        Assert.Equal(["a", "b", """{"topic":"jobs/1"}""", """{"reason":"complete"}"""], (await paced.AllAsync()).Select(static e => e.Data));
    }

    [Fact]
    public async Task Subscribe_ClientThatDoesNotRead_EndsAfterItReceivedEverything()
    {
        await using var hub = new TestHub();
        MemorySink sink = hub.Subscribe("jobs/1");
        await sink.Live.Task;
        sink.Block();
        await hub.PublishAsync("jobs/1", "a");
        await sink.Refused.Task;
        await hub.PublishAsync("jobs/1", "b");
        await CompleteAsync(hub, "jobs/1");
        sink.Open();
        Assert.Equal(["a", "b", """{"topic":"jobs/1"}""", """{"reason":"complete"}"""], (await sink.AllAsync()).Select(static e => e.Data));
    }

    [Fact]
    public async Task HasEnded_PositionOfTheClient_DecidesAndAResetIsReportedFirst()
    {
        await using var hub = new TestHub();
        Position first = await hub.PublishAsync("jobs/1", "a");
        Position last = await CompleteAsync(hub, "jobs/1");
        Assert.True(HasEnded(hub, null, null, "jobs/1"));
        Assert.True(HasEnded(hub, last.ToString(), null, "jobs/1"));
        Assert.False(HasEnded(hub, first.ToString(), null, "jobs/1"));
        Assert.False(HasEnded(hub, "00000001-5", null, "jobs/1"));
        Assert.False(HasEnded(hub, null, null, "jobs/1", "jobs/2"));
        Assert.False(HasEnded(hub, null, null, "jobs/{id}"));
        Assert.False(HasEnded(hub, null, null, "*"));

        MemorySink reset = hub.Subscribe("jobs/1", "00000001-5");
        Assert.Equal(["longwave.reset", "longwave.closed"], (await reset.AllAsync()).Select(static e => e.Type));
        Assert.Equal(last.ToString(), reset.LastEventId);
    }

    [Fact]
    public async Task HasEnded_TopicWithOnlyPrivateEvents_HidesItsStateFromReadersWithoutAGrant()
    {
        await using var hub = new TestHub();
        await hub.Engine.PublishAsync([new Publication(Event.Completion("secret", isPrivate: true), null)]);
        var stranger = new ReadAccess([], [new Grant(Selector.Any)]);
        var owner = new ReadAccess([new Grant(Selector.Any, "progress")], []);
        Assert.False(HasEnded(hub, null, stranger, "secret"));
        Assert.True(HasEnded(hub, null, owner, "secret"));
    }

    [Fact]
    public async Task Retention_CompletionRemoved_OpensTheTopic()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(Forgetful("jobs/1"), clock);
        await CompleteAsync(hub, "jobs/1");
        Assert.Equal(PublishOutcome.TopicComplete, (await hub.Engine.PublishAsync([Of("jobs/1", "late")])).Outcome);
        await UntilOpenAsync(hub, clock, "jobs/1");
        Assert.False(HasEnded(hub, null, null, "jobs/1"));
        await hub.RestartAsync();
        await hub.PublishAsync("jobs/1", "open after a restart, too");
    }

    [Fact]
    public async Task Delete_CompleteTopic_IsOpenFromTheAnswerOnAndAfterARestart()
    {
        await using var hub = new TestHub();
        await hub.PublishAsync("jobs/1", "a");
        Position completion = await CompleteAsync(hub, "jobs/1");
        Assert.True(HasEnded(hub, completion.ToString(), null, "jobs/1"));
        await hub.Engine.DeleteAsync(new DeletionRequest("jobs/1"));
        Assert.False(HasEnded(hub, completion.ToString(), null, "jobs/1"));
        await hub.PublishAsync("jobs/1", "b");
        await hub.RestartAsync();
        await hub.PublishAsync("jobs/1", "c");
        List<ServerSentEvent> found = await hub.Subscribe("jobs/1", since: Since.Earliest, endWhenLive: true).AllAsync();
        Assert.Equal(["b", "c"], found.Select(static e => e.Data));
    }

    private static EngineOptions Forgetful(string topic)
    {
        EngineOptions options = HubEngineTests.Small();
        options.RetentionInterval = TimeSpan.FromMilliseconds(10);
        options.Policies = [new TopicPolicy { Selector = topic, MaxAge = TimeSpan.FromHours(1) }];
        return options;
    }

    /// <summary>Publishes other events until retention has removed the completion, and the topic accepts an event.</summary>
    private static async Task UntilOpenAsync(TestHub hub, ManualClock clock, string topic)
    {
        PublishResult result;
        do
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await hub.PublishAsync("filler", "x");
            result = await hub.Engine.PublishAsync([Of(topic, "new")]);
        }
        while (result.Outcome == PublishOutcome.TopicComplete);

        Assert.Equal(PublishOutcome.Accepted, result.Outcome);
    }

    private static bool HasEnded(TestHub hub, string? lastEventId, ReadAccess? access, params string[] selectors) => hub.Engine.HasEnded(
        new SubscribeRequest
        {
            Selectors = [.. selectors.Select(static text => Selector.TryParse(text, out Selector? selector, out _) ? selector : throw new ArgumentException(text))],
            LastEventId = lastEventId,
        },
        access);

    private static async Task<Position> CompleteAsync(TestHub hub, string topic) => (await hub.PublishAllAsync(Event.Completion(topic))).Events[0].Position;

    private static Publication Of(string topic, string data) => new(new Event { Topic = topic, Data = Encoding.UTF8.GetBytes(data) }, null);
}
