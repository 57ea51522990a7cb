using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Revocations;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Engine.Tests;

/// <summary>Every limited count also falls: at the limit the hub rejects, and when the counted things are gone it accepts again.</summary>
public sealed class LimitsTests
{
    private const int Limit = 20;

    /// <summary>Only the hot tail has the events, and no durable event exists: the passing of time alone makes room.</summary>
    [Theory]
    [InlineData(Durability.Memory, 60, 0)]
    [InlineData(Durability.Memory, 60, 1)]
    [InlineData(Durability.Log, 60, 0)]
    [InlineData(Durability.Log, 60, 1)]
    public async Task MaxTopics_TopicsOutliveTheirAge_ThereIsRoomAgain(Durability durability, int ageSeconds, int restarts)
    {
        var clock = new ManualClock();
        await using var hub = new TestHub(Options(new TopicPolicy { Selector = "presence/{id}", Durability = durability, MaxAge = TimeSpan.FromSeconds(ageSeconds) }), clock);
        for (int round = 0; round < 3; round++)
        {
            int first = round * Limit;
            while (hub.Engine.Topics(null, null, 1).Total > 1)
            {
                clock.Advance(TimeSpan.FromMilliseconds(10));
                await Task.Yield();
            }

            // The newest topic of the round before may stay, so that its number is not given again.
            Assert.Equal(PublishOutcome.Accepted, await PublishAsync(hub, first, Limit - 1));
            Assert.Equal(PublishOutcome.TooManyTopics, await PublishAsync(hub, first + Limit, 2));
            for (int i = 0; i < restarts; i++)
            {
                await hub.RestartAsync();
            }

            clock.Advance(TimeSpan.FromSeconds(ageSeconds + 1));
        }
    }

    /// <summary>Kept for any age means: until newer events need the room in the hot tail.</summary>
    [Fact]
    public async Task MaxTopics_EventsOfAnyAgeLeftTheHotTail_ThereIsRoomAgain()
    {
        await using var hub = new TestHub(Options(new TopicPolicy { Selector = "*", Durability = Durability.Memory, MaxAge = TimeSpan.Zero }));
        Assert.Equal(PublishOutcome.Accepted, await PublishAsync(hub, 0, Limit));
        Assert.Equal(PublishOutcome.TooManyTopics, await PublishAsync(hub, Limit, 1));

        // What stays is the topic that is published to, and the newest one, so that its number is not given again.
        while (hub.Engine.Topics(null, null, 1).Total > 2)
        {
            await hub.PublishManyAsync("presence/0", 500);
        }

        Assert.Equal(PublishOutcome.Accepted, await PublishAsync(hub, Limit, Limit - 2));
    }

    [Fact]
    public async Task MaxConnections_StreamsEnd_ThereIsRoomAgain()
    {
        await using var hub = new TestHub(Options());
        for (int round = 0; round < 3; round++)
        {
            List<Subscriber> open = [.. Enumerable.Range(0, Limit).Select(_ => Open(hub, "t", SubscribeOutcome.Accepted)!)];
            Open(hub, "t", SubscribeOutcome.TooManyConnections);
            await CloseAsync(open);
            Assert.Equal(0, hub.Engine.ConnectionCount);
        }
    }

    [Fact]
    public async Task MaxPatterns_StreamsEndOrAreRejected_ThereIsRoomAgain()
    {
        EngineOptions options = Options();
        options.Limits.MaxPatterns = 5;
        await using var hub = new TestHub(options);
        for (int round = 0; round < 3; round++)
        {
            List<Subscriber> open = [.. Enumerable.Range(0, 5).Select(i => Open(hub, $"{round}/{i}/{{x}}", SubscribeOutcome.Accepted)!)];
            Open(hub, "other/{x}", SubscribeOutcome.TooManyPatterns);
            Assert.Equal(5, hub.Engine.ConnectionCount);
            await CloseAsync(open);
        }
    }

    /// <summary>At the limit the hub forgets the oldest key instead of rejecting: that key then counts as new.</summary>
    [Fact]
    public async Task MaxIdempotencyKeys_MoreKeys_TheOldestAreForgotten()
    {
        EngineOptions options = Options();
        options.Limits.MaxIdempotencyKeys = Limit;
        await using var hub = new TestHub(options);
        var published = new Event { Topic = "t", Data = "x"u8.ToArray() };
        for (int i = 0; i <= Limit; i++)
        {
            Assert.False((await hub.PublishAllAsync(published, $"{i}")).Events[0].Duplicate);
        }

        Assert.True((await hub.PublishAllAsync(published, $"{Limit}")).Events[0].Duplicate);
        Assert.False((await hub.PublishAllAsync(published, "0")).Events[0].Duplicate);
    }

    [Fact]
    public void MaxRevocations_OldOnesExpire_ThereIsRoomAgain()
    {
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        var clock = new ManualClock();
        try
        {
            using RevocationList list = RevocationList.Open(directory, Limit, clock, NullLoggerFactory.Instance);
            for (int round = 0; round < 3; round++)
            {
                for (int i = 0; i < Limit; i++)
                {
                    Assert.Equal(RevocationOutcome.Stored, list.Add(new Revocation(RevocationKind.Token, "", $"{round}/{i}"), clock.GetUtcNow(), clock.GetUtcNow().AddMinutes(1)));
                }

                Assert.Equal(RevocationOutcome.TooMany, list.Add(new Revocation(RevocationKind.Token, "", "one more"), clock.GetUtcNow(), clock.GetUtcNow().AddMinutes(1)));
                clock.Advance(TimeSpan.FromMinutes(2));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static EngineOptions Options(params TopicPolicy[] policies)
    {
        EngineOptions options = HubEngineTests.Small();
        options.RetentionInterval = TimeSpan.FromMilliseconds(10);
        options.Policies = [.. policies];
        (options.Limits.MaxTopics, options.Limits.MaxConnections) = (Limit, Limit);
        return options;
    }

    private static async Task<PublishOutcome> PublishAsync(TestHub hub, int first, int count) =>
        (await hub.Engine.PublishAsync([.. Enumerable.Range(first, count).Select(static i => new Publication(new Event { Topic = $"presence/{i}", Data = "x"u8.ToArray() }, null))])).Outcome;

    private static Subscriber? Open(TestHub hub, string selector, SubscribeOutcome expected)
    {
        Assert.True(Selector.TryParse(selector, out Selector? parsed, out _));
        Assert.Equal(expected, hub.Engine.TrySubscribe(new SubscribeRequest { Selectors = [parsed] }, new MemorySink(), out Subscriber? subscriber));
        return subscriber;
    }

    private static async Task CloseAsync(List<Subscriber> open)
    {
        open.ForEach(static subscriber => subscriber.Close(CloseReason.ClientGone));
        await Task.WhenAll(open.Select(static subscriber => subscriber.Completion)).WaitAsync(TimeSpan.FromSeconds(30));
    }
}
