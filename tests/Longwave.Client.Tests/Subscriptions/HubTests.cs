using System.Text.Json.Serialization;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Positions;
using Longwave.Client.Publishing;
using Longwave.Client.Subscriptions;
using Longwave.Client.Tests.Hosting;

namespace Longwave.Client.Tests.Subscriptions;

/// <summary>Tests a client against a real hub.</summary>
public sealed class HubTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Subscribe_PublishedEvents_ArriveWithAllAttributes()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);
        PublishResult one = await client.PublishAsync(new OutgoingEvent("prices/AAPL", "a\r\nb") { Type = "trade", Key = "k" });
        PublishResult two = await client.PublishAsync("prices/AAPL", new Price("AAPL", 1.5m), PriceJson.Default.Price);
        PublishResult more = await client.PublishBatchAsync([new("prices/MSFT", "x") { Key = "y" }, OutgoingEvent.Json("other", new Price("MSFT", 2), PriceJson.Default.Price)]);

        List<ReceivedEvent> events = await TakeAsync(client.Subscribe(All()), 4);

        Assert.Equal([one.Position, two.Position, .. more.Positions], events.Select(e => e.Id));
        Assert.Equal(("prices/AAPL", "trade", "k", "a\r\nb"), (events[0].Topic, events[0].Type, events[0].Key, events[0].Data));
        Assert.NotNull(events[0].Time);
        Assert.Equal(new Price("AAPL", 1.5m), events[1].Read(PriceJson.Default.Price));
        Assert.Equal(("prices/MSFT", "message", "y", "x"), (events[2].Topic, events[2].Type, events[2].Key, events[2].Data));
        Assert.Equal(("application/json", """{"Symbol":"MSFT","Bid":2}"""), (events[3].ContentType, events[3].Data));
        Assert.Equal(0, more.Duplicates);
    }

    [Fact]
    public async Task Subscribe_SelectorsAndTypes_FilterEvents()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);
        await client.PublishBatchAsync([new("a/1", "no"), new("a/2", "yes") { Type = "t" }, new("b", "no") { Type = "t" }, new("a/3", "yes") { Type = "t" }]);

        List<ReceivedEvent> events = await TakeAsync(client.Subscribe(All() with { Selectors = ["a/{n}"], Types = ["t"] }), 2);

        Assert.All(events, e => Assert.Equal("yes", e.Data));
    }

    [Theory]
    [InlineData(SubscriptionFormat.CloudEvents, SubscriptionMode.Stream)]
    [InlineData(SubscriptionFormat.Raw, SubscriptionMode.Stream)]
    [InlineData(SubscriptionFormat.CloudEvents, SubscriptionMode.Poll)]
    [InlineData(SubscriptionFormat.Raw, SubscriptionMode.Poll)]
    public async Task Subscribe_TopicCompletes_EnumerationEndsWithoutAnError(SubscriptionFormat format, SubscriptionMode mode)
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);
        List<string> completed = [];
        SubscriptionOptions options = All() with
        {
            Selectors = ["jobs/1", "jobs/2"],
            Format = format,
            Mode = mode,
            PollInterval = TimeSpan.FromMilliseconds(20),
            Completed = completed.Add,
        };
        using var patience = new CancellationTokenSource(Patience);
        await using IAsyncEnumerator<ReceivedEvent> events = client.Subscribe(options).GetAsyncEnumerator(patience.Token);
        await client.PublishAsync("jobs/1", "a");
        Assert.True(await events.MoveNextAsync());
        await client.PublishBatchAsync([new("jobs/1", "b"), OutgoingEvent.Completion("jobs/1")]);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("b", events.Current.Data);
        PublishResult first = await client.CompleteAsync("jobs/2");
        PublishResult again = await client.CompleteAsync("jobs/2");
        Assert.False(await events.MoveNextAsync());
        Assert.Equal(["jobs/1", "jobs/2"], completed);
        Assert.Equal((0, 1, first.Position), (first.Duplicates, again.Duplicates, again.Position));

        LongwaveException refused = await Assert.ThrowsAsync<LongwaveException>(() => client.PublishAsync("jobs/1", "late"));
        Assert.Equal(409, refused.Failure.Status);
        await using IAsyncEnumerator<ReceivedEvent> late = client.Subscribe(options with { Since = null }).GetAsyncEnumerator(patience.Token);
        Assert.False(await late.MoveNextAsync());
    }

    [Theory]
    [InlineData(SubscriptionMode.Stream)]
    [InlineData(SubscriptionMode.Poll)]
    public async Task Subscribe_ListTooLongForAUrl_ReceivesTheEventsOfEachTopic(SubscriptionMode mode)
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);
        string[] topics = [.. Enumerable.Range(0, 1_000).Select(static n => $"list/{n}/{new string('é', 100)}")];
        await client.PublishBatchAsync([new(topics[0], "first"), new("other", "no"), new(topics[^1], "last")]);

        List<ReceivedEvent> events = await TakeAsync(client.Subscribe(All() with { Selectors = topics, Mode = mode }), 2);

        Assert.Equal(["first", "last"], events.Select(static e => e.Data));
    }

    [Fact]
    public async Task As_InvalidPayload_AffectsOnlyThatEvent()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);
        await client.PublishAsync("prices/AAPL", "not a price");
        await client.PublishAsync("prices/AAPL", new Price("AAPL", 7), PriceJson.Default.Price);
        var read = new List<Price?>();

        await foreach (TypedEvent<Price> e in client.Subscribe(All()).As(PriceJson.Default.Price))
        {
            read.Add(e.TryRead(out Price? price) ? price : null);
            if (price is not null)
            {
                break;
            }
        }

        Assert.Equal([null, new Price("AAPL", 7)], read);
    }

    [Fact]
    public async Task PublishBatch_BadEvent_IsNamedAndNothingIsAppended()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);

        LongwaveException refused = await Assert.ThrowsAsync<LongwaveException>(() => client.PublishBatchAsync([new("t", "good"), new("*", "bad")]));
        await client.PublishAsync("t", "later");

        Assert.Equal((1, "topic", 400), (refused.Failure.Index, refused.Failure.Field, refused.Failure.Status));
        Assert.Equal("later", (await TakeAsync(client.Subscribe(All()), 1))[0].Data);
    }

    [Fact]
    public async Task Publish_SameIdempotencyKey_IsOneEvent()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);
        var options = new PublishOptions { IdempotencyKey = "order-17" };

        PublishResult first = await client.PublishAsync(new OutgoingEvent("t", "a"), options);
        PublishResult again = await client.PublishAsync(new OutgoingEvent("t", "a"), options);

        Assert.Equal((first.Position, 1), (again.Position, again.Duplicates));
    }

    [Fact]
    public async Task Mode_ChangedDuringDelivery_EachEventArrivesOnce()
    {
        const int Events = 400;
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);
        var states = new List<SubscriptionState>();
        Subscription subscription = client.Subscribe(All() with
        {
            PollInterval = TimeSpan.FromMilliseconds(5),
            Changed = change => states.Add(change.State),
        });
        var seen = new List<string>();
        using var patience = new CancellationTokenSource(Patience);

        Task publishing = PublishAsync(client, Events, patience.Token);
        await foreach (ReceivedEvent e in subscription.WithCancellation(patience.Token))
        {
            seen.Add(e.Data);
            if (seen.Count == Events)
            {
                break;
            }

            if (seen.Count % 25 == 0)
            {
                subscription.Mode = subscription.Mode == SubscriptionMode.Stream ? SubscriptionMode.Poll : SubscriptionMode.Stream;
            }
        }

        await publishing;
        Assert.Equal(Enumerable.Range(0, Events).Select(i => $"{i}"), seen);
        Assert.Contains(SubscriptionState.Polling, states);
        Assert.Contains(SubscriptionState.Streaming, states);
        Assert.DoesNotContain(SubscriptionState.Waiting, states);
    }

    [Fact]
    public async Task PositionStore_NextRunOfTheApplication_ContinuesAfterTheLastHandledEvent()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);
        string file = Path.GetTempFileName();
        File.Delete(file);
        SubscriptionOptions options = All() with { PositionStore = new FilePositionStore(file) };
        await client.PublishBatchAsync([.. Enumerable.Range(0, 6).Select(i => new OutgoingEvent("t", $"{i}"))]);

        // The loop ended inside the third event, so that event was not handled.
        Assert.Equal(["0", "1", "2"], (await TakeAsync(client.Subscribe(options), 3)).Select(e => e.Data));
        Subscription second = client.Subscribe(options);
        Assert.Equal(["2", "3"], (await TakeAsync(second, 2, second.MarkHandled)).Select(e => e.Data));
        Assert.Equal(["4", "5"], (await TakeAsync(client.Subscribe(options), 2)).Select(e => e.Data));
        File.Delete(file);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Subscribe_HubRestartedWhilePublishing_EachEventArrivesOnce()
    {
        const int Restarts = 5;
        const int EventsBetween = 200;
        await using TestHub hub = await TestHub.StartedAsync();
        await using var publisher = new LongwaveClient(hub.Url, new LongwaveClientOptions { Publish = Quick });
        await using var client = new LongwaveClient(hub.Url);
        using var patience = new CancellationTokenSource(Patience * 2);
        int published = 0;
        Task publishing = PublishAsync(publisher, Restarts * EventsBetween, patience.Token, () => Volatile.Write(ref published, published + 1));
        Task<List<ReceivedEvent>> receiving = TakeAsync(client.Subscribe(All() with { Reconnect = QuickReconnect }), Restarts * EventsBetween);
        for (int restart = 1; restart < Restarts; restart++)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (Volatile.Read(ref published) < (restart * EventsBetween) - (EventsBetween / 2) && await timer.WaitForNextTickAsync(patience.Token))
            {
                // The hub stops while events are in flight.
            }

            await hub.StopAsync();
            await hub.StartAsync();
        }

        await publishing;
        Assert.Equal(Enumerable.Range(0, Restarts * EventsBetween).Select(i => $"{i}"), (await receiving).Select(e => e.Data));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Subscribe_ConnectionCutAtEveryByte_EachEventArrivesOnce()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var publisher = new LongwaveClient(hub.Url);
        await publisher.PublishBatchAsync([new("t", "ä"), new("t", "two\nlines") { Type = "x" }, new("t", "")]);
        bool whole = false;
        for (int bytes = 0; !whole && bytes < 10_000; bytes++)
        {
            await using var wire = new CuttingWire(new Uri(hub.Url).Port, bytes);
            await using var client = new LongwaveClient(wire.Url);

            List<ReceivedEvent> events = await TakeAsync(client.Subscribe(All() with { Format = SubscriptionFormat.Raw, Reconnect = QuickReconnect }), 3);

            Assert.Equal(["ä", "two\nlines", ""], events.Select(e => e.Data));
            whole = wire.IsWhole;
        }

        Assert.True(whole);
    }

    private static PublishOptions Quick => new() { MinDelay = TimeSpan.FromMilliseconds(10), MaxDelay = TimeSpan.FromMilliseconds(100) };

    private static ReconnectOptions QuickReconnect => new() { MinDelay = TimeSpan.FromMilliseconds(10), MaxDelay = TimeSpan.FromMilliseconds(100) };

    private static SubscriptionOptions All() => new() { Selectors = ["*"], Since = SubscriptionOptions.Earliest };

    private static async Task PublishAsync(LongwaveClient client, int events, CancellationToken cancellation, Action? published = null)
    {
        for (int i = 0; i < events; i++)
        {
            await client.PublishAsync("t", $"{i}", cancellation);
            published?.Invoke();
        }
    }

    private static async Task<List<ReceivedEvent>> TakeAsync(Subscription subscription, int count, Action<ReceivedEvent>? handled = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        var events = new List<ReceivedEvent>();
        await foreach (ReceivedEvent e in subscription.WithCancellation(patience.Token))
        {
            events.Add(e);
            handled?.Invoke(e);
            if (events.Count == count)
            {
                break;
            }
        }

        return events;
    }
}

internal sealed record Price(string Symbol, decimal Bid);

[JsonSerializable(typeof(Price))]
internal sealed partial class PriceJson : JsonSerializerContext;
