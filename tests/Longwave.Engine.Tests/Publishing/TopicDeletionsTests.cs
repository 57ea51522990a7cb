using System.Globalization;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Publishing;

public sealed class TopicDeletionsTests
{
    [Theory]
    [InlineData(Durability.Log)]
    [InlineData(Durability.Memory)]
    public async Task Delete_ThroughAPosition_NoReaderReceivesTheEventsFromTheAnswerOn(Durability durability)
    {
        await using var hub = new TestHub(Options(durability));
        List<Position> positions = await hub.PublishManyAsync("t", 3_000);
        await hub.PublishAsync("other", "kept");

        DeletionResult result = await hub.Engine.DeleteAsync(new DeletionRequest("t", through: positions[2_899].Offset));

        // At once, before retention has removed the events from the hot tail and from storage.
        List<ServerSentEvent> found = await hub.Subscribe("t", since: Since.Earliest, endWhenLive: true).AllAsync();
        Assert.Equal((PublishOutcome.Accepted, true, positions[2_899].Offset, false), (result.Outcome, result.HasDeleted, result.Through, result.IsEmpty));
        Assert.Equal(Enumerable.Range(2_900, 100).Select(static i => $"{i}"), found.Select(static e => e.Data));
        Assert.Equal("kept", Assert.Single(await hub.Subscribe("other", since: Since.Earliest, endWhenLive: true).AllAsync()).Data);
        Assert.Equal(positions[2_900].Offset, Find(hub, "t").First);
        await UntilAsync(() => Find(hub, "t").Count == 100);
        Assert.Equal((positions[2_900].Offset, positions[^1].Offset), (Find(hub, "t").First, Find(hub, "t").Tip));
    }

    [Fact]
    public async Task Delete_ClientThatResumesBeforeIt_GetsAGapWithItsOwnReason()
    {
        await using var hub = new TestHub(Options(Durability.Log));
        List<Position> positions = await hub.PublishManyAsync("t", 100);
        await hub.PublishManyAsync("retained", 100);
        await UntilAsync(() => Find(hub, "retained").Count == 10);
        await hub.Engine.DeleteAsync(new DeletionRequest("t", through: positions[49].Offset));

        List<ServerSentEvent> deleted = await hub.Subscribe("t", positions[10].ToString(), endWhenLive: true).AllAsync();
        Assert.Equal("longwave.gap", deleted[0].Type);
        Assert.Equal($$"""{"from":"{{positions[10]}}","to":"{{positions[49]}}","reason":"deleted"}""", deleted[0].Data);
        Assert.Equal(Enumerable.Range(50, 50).Select(static i => $"{i}"), deleted.Skip(1).Select(static e => e.Data));

        // The deletion does not change the reason for other topics.
        List<ServerSentEvent> retained = await hub.Subscribe("retained", positions[99].ToString(), endWhenLive: true).AllAsync();
        Assert.EndsWith("\"reason\":\"retention\"}", retained[0].Data, StringComparison.Ordinal);

        // A client behind the deleted events misses nothing.
        List<ServerSentEvent> later = await hub.Subscribe("t", positions[60].ToString(), endWhenLive: true).AllAsync();
        Assert.Equal("61", later[0].Data);
    }

    [Fact]
    public async Task Delete_SlowClient_ReceivesAGapInPlaceOfTheEvents()
    {
        await using var hub = new TestHub(Options(Durability.Log));
        MemorySink slow = hub.Subscribe("t");
        await slow.UntilLiveAsync();
        slow.Block();
        await hub.PublishAsync("t", "taken");
        await slow.Refused.Task;
        await hub.PublishManyAsync("t", 10);
        await hub.Engine.DeleteAsync(new DeletionRequest("t"));
        await hub.PublishAsync("t", "after");
        slow.Open();

        Assert.Equal("taken", (await slow.NextAsync()).Data);
        ServerSentEvent gap = await slow.NextAsync();
        Assert.Equal("longwave.gap", gap.Type);
        Assert.EndsWith("\"reason\":\"deleted\"}", gap.Data, StringComparison.Ordinal);
        Assert.Equal("after", (await slow.NextAsync()).Data);
    }

    [Fact]
    public async Task Delete_WholeTopic_IsForgottenAndItsPositionsAreNotReused()
    {
        await using var hub = new TestHub(Options(Durability.Log));
        List<Position> positions = await hub.PublishManyAsync("t", 1_000);
        await hub.PublishAsync("other", "x");
        DeletionResult result = await hub.Engine.DeleteAsync(new DeletionRequest("t"));
        Assert.True(result is { HasDeleted: true, IsEmpty: true });
        await UntilAsync(() => hub.Engine.Topics(null, null, 10).Topics.All(static topic => topic.Name != "t"));

        // A client of the forgotten topic still learns the reason, also after a restart.
        await hub.RestartAsync();
        ServerSentEvent gap = await hub.Subscribe("t", positions[0].ToString()).NextAsync();
        Assert.EndsWith("\"reason\":\"deleted\"}", gap.Data, StringComparison.Ordinal);
        Position next = await hub.PublishAsync("t", "new");
        Assert.True(next.Offset > positions[^1].Offset + 1);
        Assert.Equal("new", Assert.Single(await hub.Subscribe("t", since: Since.Earliest, endWhenLive: true).AllAsync()).Data);
    }

    /// <summary>A crash directly after the commit: the rows are still there, and the process has not told any reader yet.</summary>
    [Fact]
    public async Task Open_AfterACrashBehindTheCommit_DoesNotServeTheEvents()
    {
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        try
        {
            List<Position> positions;
            await using (var before = new TestHub(Options(Durability.Log), directory: directory))
            {
                positions = await before.PublishManyAsync("t", 100);
            }

            using (Database database = Database.OpenWriter(Path.Combine(directory, EventLog.FileName)))
            {
                // The transaction of a deletion, without what follows it; the index is set back, so that recovery reads the events into the hot tail.
                database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                    UPDATE topics SET deleted_through = {positions[59].Offset}, trimmed_through = {positions[59].Offset}, indexed_through = 0, count = 0, bytes = 0, first = 0, tip = 0;
                    DELETE FROM topic_events;
                    UPDATE log SET indexed_through = 0;
                    """));
            }

            await using var hub = new TestHub(Options(Durability.Log), directory: directory);
            List<ServerSentEvent> found = await hub.Subscribe("t", since: Since.Earliest, endWhenLive: true).AllAsync();
            Assert.Equal(Enumerable.Range(60, 40).Select(static i => $"{i}"), found.Select(static e => e.Data));
            await UntilAsync(() => Find(hub, "t").Count == 40);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Delete_AlternateTopic_KeepsTheEventInItsOtherTopics()
    {
        await using var hub = new TestHub(Options(Durability.Log));
        await hub.PublishAllAsync(new Event { Topic = "first", Alternates = ["second"], Data = "both"u8.ToArray() });
        await hub.Engine.DeleteAsync(new DeletionRequest("second"));
        Assert.Empty(await hub.Subscribe("second", since: Since.Earliest, endWhenLive: true).AllAsync());
        Assert.Equal("both", Assert.Single(await hub.Subscribe("first", since: Since.Earliest, endWhenLive: true).AllAsync()).Data);

        await hub.PublishAllAsync(new Event { Topic = "first", Alternates = ["second"], Data = "again"u8.ToArray() });
        await hub.Engine.DeleteAsync(new DeletionRequest("first"));
        Assert.Empty(await hub.Subscribe(["first", "second"], since: Since.Earliest, endWhenLive: true).AllAsync());
        await UntilAsync(() => hub.Engine.Topics(null, null, 10).Topics.All(static topic => topic.Count == 0));
    }

    [Fact]
    public async Task Delete_BeforeATime_KeepsLaterEvents()
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(Options(Durability.Log), clock);
        await hub.PublishAsync("t", "old");
        clock.Advance(TimeSpan.FromMinutes(1));
        DateTimeOffset between = clock.GetUtcNow();
        await hub.PublishAsync("t", "new");
        DeletionResult result = await hub.Engine.DeleteAsync(new DeletionRequest("t", before: between));
        Assert.True(result is { HasDeleted: true, IsEmpty: false });
        Assert.Equal("new", Assert.Single(await hub.Subscribe("t", since: Since.Earliest, endWhenLive: true).AllAsync()).Data);
    }

    [Fact]
    public async Task Delete_NothingToDelete_SaysSo()
    {
        await using var hub = new TestHub(Options(Durability.Log));
        Position first = await hub.PublishAsync("other", "x");
        await hub.PublishAsync("t", "x");
        Assert.False((await hub.Engine.DeleteAsync(new DeletionRequest("unknown"))).IsTopicKnown);
        DeletionResult earlier = await hub.Engine.DeleteAsync(new DeletionRequest("t", through: first.Offset));
        Assert.True(earlier is { Outcome: PublishOutcome.Accepted, IsTopicKnown: true, HasDeleted: false, IsEmpty: false, Through: 0 });
        Assert.True((await hub.Engine.DeleteAsync(new DeletionRequest("t"))).HasDeleted);
        Assert.True((await hub.Engine.DeleteAsync(new DeletionRequest("t"))) is { HasDeleted: false, IsEmpty: true } or { IsTopicKnown: false });
    }

    [Fact]
    public async Task Delete_EventsThatLeaveTheHotTailMeanwhile_KeepsTheFiguresRight()
    {
        EngineOptions options = Options(Durability.Memory);
        options.Limits.HotTailEvents = 1_000;
        await using var hub = new TestHub(options);
        for (int i = 0; i < 20; i++)
        {
            await hub.PublishManyAsync("t", 500);
            ValueTask<DeletionResult> deletion = hub.Engine.DeleteAsync(new DeletionRequest("t"));
            await hub.PublishManyAsync("filler", 900);
            Assert.Equal(PublishOutcome.Accepted, (await deletion).Outcome);
        }

        await UntilAsync(() => hub.Engine.Topics(null, null, 10).Topics.All(static topic => topic.Name != "t" || topic is { Count: 0, Bytes: 0 }));
        await hub.PublishAsync("t", "last");
        Assert.Equal((1, 4), (Find(hub, "t").Count, Find(hub, "t").Bytes));
    }

    [Fact]
    public async Task Delete_MoreThanTheQueueHolds_IsRejectedAndCanBeSentAgain()
    {
        await using var hub = new TestHub(Options(Durability.Log));
        await hub.PublishAsync("t", "x");
        var all = new List<Task<DeletionResult>>();
        while (all.Count < 100_000 && !all.Exists(static deletion => deletion is { IsCompleted: true, Result.Outcome: PublishOutcome.QueueFull }))
        {
            all.Add(hub.Engine.DeleteAsync(new DeletionRequest("t")).AsTask());
        }

        DeletionResult[] results = await Task.WhenAll(all);
        Assert.All(results, static result => Assert.True(result.Outcome is PublishOutcome.Accepted or PublishOutcome.QueueFull));
        Assert.Equal(PublishOutcome.Accepted, (await hub.Engine.DeleteAsync(new DeletionRequest("t"))).Outcome);
    }

    [Fact]
    public async Task Delete_HubThatIsClosed_IsRejected()
    {
        var hub = new TestHub(Options(Durability.Log));
        await hub.PublishAsync("t", "x");
        await hub.DisposeAsync();
        Assert.Equal(PublishOutcome.ShuttingDown, (await hub.Engine.DeleteAsync(new DeletionRequest("t"))).Outcome);
    }

    private static EngineOptions Options(Durability durability)
    {
        var options = new EngineOptions { RetentionInterval = TimeSpan.FromMilliseconds(20) };
        options.Policies.Add(new TopicPolicy { Selector = "retained", MaxCount = 10 });
        options.Policies.Add(new TopicPolicy { Selector = "t", Durability = durability });
        return options;
    }

    private static TopicInfo Find(TestHub hub, string name) => hub.Engine.Topics(null, null, 10).Topics.Single(topic => topic.Name == name);

    /// <summary>Waits until the writer thread has removed what was deleted.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }
}
