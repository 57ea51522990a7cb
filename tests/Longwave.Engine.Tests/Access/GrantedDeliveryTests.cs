using System.Text;
using Longwave.Engine.Access;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Access;

/// <summary>Events reach only authorized readers: live, from the hot tail, from storage by every read path, and after a restart.</summary>
public sealed class GrantedDeliveryTests
{
    private static readonly string[] Topics = ["a/1", "a/2", "b/1", "users/7"];
    private static readonly string?[] Types = [null, "trade", "quote"];

    private static readonly (string Selector, NaiveAccess.Permission[] Own, NaiveAccess.Permission[] Public)[] Readers =
    [
        ("*", [], [new("*", [])]),
        ("*", [new("*", [])], []),
        ("*", [new("a/{n}", ["trade"])], [new("b/1", [])]),
        ("a/{n}", [new("a/1", ["message"])], [new("a/{n}", ["quote"])]),
        ("a/1", [new("a/{n}", [])], []),
        ("a/1", [], [new("a/1", ["trade", "message"])]),
        ("users/{id}", [new("users/7", [])], []),
        ("users/7", [new("users/8", [])], [new("users/{id}", [])]),
        ("*", [new("users/7", [])], [new("a/2", ["quote"]), new("*", ["trade"])]),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Subscribe_LiveAndReplayed_AgreesWithTheOracle(int seed)
    {
        var random = new Random(seed);
        await using var hub = new TestHub(HubEngineTests.Small());
        List<MemorySink> live = [.. Readers.Select(reader => Subscribe(hub, reader, Since.Live))];
        await Task.WhenAll(live.Select(static sink => sink.UntilLiveAsync()));
        var published = new List<(Event Event, string Data)>();
        foreach (int[] request in Enumerable.Range(0, 3_000).Chunk(200))
        {
            Publication[] events = Array.ConvertAll(request, n =>
            {
                Event added = RandomEvent(random, n);
                published.Add((added, $"{n}"));
                return new Publication(added, null);
            });
            Assert.Equal(PublishOutcome.Accepted, (await hub.Engine.PublishAsync(events)).Outcome);
        }

        await CheckAsync(live, published);
        await CheckAsync([.. Readers.Select(reader => Subscribe(hub, reader, Since.Earliest))], published);
        await hub.RestartAsync();
        await CheckAsync([.. Readers.Select(reader => Subscribe(hub, reader, Since.Earliest))], published);
    }

    [Fact]
    public async Task Topics_OfAReader_AreThoseItMaySee()
    {
        await using var hub = new TestHub();
        await PublishAsync(hub, "a/1", isPrivate: false);
        await PublishAsync(hub, "users/7", isPrivate: true);
        await PublishAsync(hub, "users/8", isPrivate: true);
        var anonymous = new ReadAccess([], [new Grant(Selector.Any)]);
        var seven = new ReadAccess([new Grant(Selector.Exact("users/7"))], [new Grant(Selector.Any)]);

        Assert.Equal(["a/1"], Names(hub, anonymous));
        Assert.Equal(["a/1", "users/7"], Names(hub, seven));
        await hub.RestartAsync();
        Assert.Equal(["a/1"], Names(hub, anonymous));
        Assert.Null(hub.Engine.Topics(null, null, 10, seven).Total);
        await PublishAsync(hub, "users/8", isPrivate: false);
        Assert.Equal(["a/1", "users/8"], Names(hub, anonymous));
    }

    [Fact]
    public async Task TryRenew_NarrowerGrants_ApplyToLaterEvents()
    {
        await using var hub = new TestHub();
        MemorySink sink = Subscribe(hub, ("*", [new("*", [])], []), Since.Live);
        await sink.UntilLiveAsync();
        await PublishAsync(hub, "a/1", isPrivate: true);
        Assert.Equal("a/1", (await sink.NextAsync()).Data);

        var narrow = new ReadAccess([new Grant(Selector.Exact("a/2"))], []);
        Assert.True(sink.Subscriber!.TryRenew(new StreamIdentity { Connection = "c", Access = narrow }));
        await PublishAsync(hub, "a/1", isPrivate: false);
        await PublishAsync(hub, "a/2", isPrivate: true);
        Assert.Equal("a/2", (await sink.NextAsync()).Data);
    }

    private static IEnumerable<string> Names(TestHub hub, ReadAccess access) => hub.Engine.Topics(null, null, 10, access).Topics.Select(static topic => topic.Name);

    private static Task PublishAsync(TestHub hub, string topic, bool isPrivate) =>
        hub.PublishAllAsync(new Event { Topic = topic, Data = Encoding.UTF8.GetBytes(topic), IsPrivate = isPrivate });

    private static Event RandomEvent(Random random, int n)
    {
        string topic = Topics[random.Next(Topics.Length)];
        string alternate = Topics[random.Next(Topics.Length)];
        return new Event
        {
            Topic = topic,
            Alternates = random.Next(5) == 0 && alternate != topic ? [alternate] : [],
            Type = Types[random.Next(Types.Length)],
            IsPrivate = random.Next(2) == 0,
            Data = Encoding.UTF8.GetBytes($"{n}"),
        };
    }

    private static async Task CheckAsync(List<MemorySink> sinks, List<(Event Event, string Data)> published)
    {
        for (int i = 0; i < sinks.Count; i++)
        {
            (string selector, NaiveAccess.Permission[] own, NaiveAccess.Permission[] publicGrants) = Readers[i];
            List<string> expected = [.. published
                .Where(p => p.Event.Alternates.Append(p.Event.Topic).Any(topic => NaiveAccess.Matches(selector, topic)))
                .Where(p => NaiveAccess.MayRead(own, publicGrants, [.. p.Event.Alternates, p.Event.Topic], p.Event.Type, p.Event.IsPrivate))
                .Select(static p => p.Data)];
            Assert.NotEmpty(expected);
            Assert.Equal(expected, await sinks[i].TakeDataAsync(expected.Count));
            Assert.False(sinks[i].TryNext(out ServerSentEvent more), $"{selector} got {more.Data}, too");
            sinks[i].Subscriber!.Close(CloseReason.Finished);
            await sinks[i].Ended.Task;
            Assert.Empty(await sinks[i].AllAsync());
        }
    }

    private static MemorySink Subscribe(TestHub hub, (string Selector, NaiveAccess.Permission[] Own, NaiveAccess.Permission[] Public) reader, Since since)
    {
        var sink = new MemorySink();
        var request = new SubscribeRequest
        {
            Selectors = [Parse(reader.Selector)],
            Since = since,
            Identity = new StreamIdentity { Connection = "c", Access = new ReadAccess(ToGrants(reader.Own), ToGrants(reader.Public)) },
        };
        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TrySubscribe(request, sink, out _));
        return sink;
    }

    private static Grant[] ToGrants(NaiveAccess.Permission[] permissions) =>
        Array.ConvertAll(permissions, static p => new Grant(Parse(p.Selector), p.Types));

    private static Selector Parse(string text) => Selector.TryParse(text, out Selector? selector, out string? error) ? selector : throw new ArgumentException(error);
}
