using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Log;

/// <summary>Events by what their publishers call them.</summary>
public sealed class PublisherIdsTests
{
    [Fact]
    public async Task Find_StoredAndUnstoredEvents_AreFoundByIdAndByPosition()
    {
        await using var hub = new TestHub(new EngineOptions { Policies = { new TopicPolicy { Selector = "memory", Durability = Durability.Memory } } });
        string stored = await PublishAsync(hub, "log", "urn:é:1");
        string unstored = await PublishAsync(hub, "memory", "urn:2");
        string unnamed = await PublishAsync(hub, "log", null);
        Assert.Equal((stored, true), At(hub, "urn:é:1"));
        Assert.Equal((unstored, true), At(hub, "urn:2"));
        Assert.Equal((unnamed, true), At(hub, "#" + unnamed));
        foreach (string id in (string[])["urn:3", "", "#", "#urn:2", "#00000001-1", stored, stored + "0"])
        {
            Assert.Equal(("", false), At(hub, id));
        }
    }

    [Fact]
    public async Task Find_IdOfTwoEvents_IsTheFirstEvent()
    {
        await using var hub = new TestHub(new EngineOptions { Policies = { new TopicPolicy { Selector = "memory", Durability = Durability.Memory } } });
        string first = await PublishAsync(hub, "memory", "same");
        await PublishAsync(hub, "log", "same");
        string last = await PublishAsync(hub, "memory", "same");
        Assert.Equal((first, true), At(hub, "same"));
        Assert.Equal("#" + last, hub.Engine.NewestId());
    }

    [Fact]
    public async Task Find_AfterARestart_FindsStoredIds()
    {
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        try
        {
            string position;
            await using (var before = new TestHub(directory: directory))
            {
                Assert.Null(before.Engine.NewestId());
                position = await PublishAsync(before, "log", "urn:1");
            }

            await using var hub = new TestHub(directory: directory);
            Assert.Equal((position, true), At(hub, "urn:1"));
            Assert.Equal("urn:1", hub.Engine.NewestId());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static (string Position, bool IsKept) At(TestHub hub, string id) =>
        hub.Engine.ResolveStart(new SubscribeRequest { Selectors = [], Format = EventFormat.SseWithIds, LastEventId = id }) is { Reset: null } start
        ? (new Position(hub.Engine.Tip.Epoch, start.After).ToString(), start.IsEventKept)
        : ("", false);

    private static async Task<string> PublishAsync(TestHub hub, string topic, string? id)
    {
        PublishResult result = await hub.Engine.PublishAsync([new Publication(new Event { Topic = topic, Id = id, Data = "x"u8.ToArray() }, null)]);
        return result.Events[0].Position.ToString();
    }
}
