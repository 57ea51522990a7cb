using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Access;

/// <summary>More than a million generated pairs of an event and a reader, each decided by the engine and by the oracle.</summary>
public sealed class ReadAccessPropertyTests(ITestOutputHelper output)
{
    private const int Readers = 4_000;
    private const int EventsPerReader = 300;

    private static readonly string[] Names = ["a", "b", "a/1", "a/2", "b/1", "a/1/x", "a/2/x", "b/1/x", "users/7", "users/77", "users/7/mail", "Users/7", "a/", "/a", "a//x"];

    private static readonly string[] Selectors =
        ["*", "a", "a/1", "b/1", "users/7", "a/{n}", "b/{n}", "{x}/{n}", "{x}", "users/{id}", "users/{id}/mail", "a/{n}/x", "{x}/1/{y}", "users/7{rest}", "nothing"];

    private static readonly string?[] Types = [null, "trade", "quote", "message", "Trade"];

    /// <summary>The oracle decides each pair of selector and topic once; the test is about their combinations.</summary>
    private static readonly Dictionary<(string, string), bool> Known = [];

    [Fact]
    public void MayRead_GeneratedGrantsAndEvents_AgreesWithTheOracle()
    {
        var random = new Random(20261125);
        var topics = Names.Select((name, i) => new Topic(i + 1, name, new TopicPolicy())).ToArray();
        long asked = 0, wrong = 0, granted = 0, privately = 0;
        for (int r = 0; r < Readers; r++)
        {
            NaiveAccess.Permission[] own = Permissions(random);
            NaiveAccess.Permission[] publicGrants = random.Next(3) == 0 ? [] : Permissions(random);
            var access = new ReadAccess(ToGrants(own), ToGrants(publicGrants));
            for (int e = 0; e < EventsPerReader; e++)
            {
                LoggedEvent found = RandomEvent(random, topics);
                bool expected = found.Alternates.Append(found.Topic).Any(topic =>
                    own.Any(p => Allows(p, topic.Name, found.Event.Type))
                    || (!found.Event.IsPrivate && publicGrants.Any(p => Allows(p, topic.Name, found.Event.Type))));
                asked++;
                granted += expected ? 1 : 0;
                privately += expected && found.Event.IsPrivate ? 1 : 0;
                wrong += access.MayRead(found) == expected ? 0 : 1;
            }
        }

        output.WriteLine($"{asked:N0} events and readers: {granted:N0} may read ({privately:N0} of them private events), {wrong} wrong.");
        Assert.Equal(0, wrong);
        Assert.InRange(asked, 1_000_000, long.MaxValue);
        Assert.InRange(granted, asked / 10, asked * 9 / 10);
        Assert.InRange(privately, 1, granted - 1);
    }

    [Fact]
    public void CoversAllAndAdmits_GeneratedGrants_AgreeWithTheModel()
    {
        var random = new Random(7);
        int covered = 0, refused = 0;
        for (int r = 0; r < 20_000; r++)
        {
            NaiveAccess.Permission[] own = Permissions(random);
            NaiveAccess.Permission[] publicGrants = Permissions(random);
            var access = new ReadAccess(ToGrants(own), ToGrants(publicGrants));
            string selector = Selectors[random.Next(Selectors.Length)];
            string[] types = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Types[random.Next(Types.Length)] ?? "message")];
            bool hasTopics = random.Next(2) == 0;
            bool all = access.CoversAll([Parse(selector)], types, hasTopics);
            bool any = access.Admits(Parse(selector), types);
            covered += all ? 1 : 0;
            refused += any ? 0 : 1;
            foreach ((string topic, string? type) in from topic in Names from type in Types select (topic, type))
            {
                bool isAsked = NaiveAccess.Matches(selector, topic);
                if (!(isAsked || hasTopics) || (types.Length > 0 && !types.Contains(type ?? "message")))
                {
                    continue;
                }

                bool mine = own.Any(p => Allows(p, topic, type));
                Assert.True(!all || mine, $"{selector} is said to be covered, but {topic} ({type}) is not");
                Assert.True(!isAsked || any || !(mine || publicGrants.Any(p => Allows(p, topic, type))), $"{selector} is refused, but {topic} ({type}) is granted");
            }
        }

        output.WriteLine($"20,000 subscriptions: {covered:N0} covered without a look at their events, {refused:N0} refused, none of them wrongly.");
        Assert.InRange(covered, 1, 19_999);
        Assert.InRange(refused, 1, 19_999);
    }

    private static bool Allows(NaiveAccess.Permission permission, string topic, string? type)
    {
        if (!Known.TryGetValue((permission.Selector, topic), out bool matches))
        {
            matches = NaiveAccess.Matches(permission.Selector, topic);
            Known.Add((permission.Selector, topic), matches);
        }

        return matches && (permission.Types.Length == 0 || permission.Types.Contains(type ?? "message"));
    }

    private static LoggedEvent RandomEvent(Random random, Topic[] topics)
    {
        Topic topic = topics[random.Next(topics.Length)];
        Topic[] alternates = random.Next(4) == 0 ? [topics[random.Next(topics.Length)], topics[random.Next(topics.Length)]] : [];
        var published = new Event { Topic = topic.Name, Type = Types[random.Next(Types.Length)], IsPrivate = random.Next(2) == 0 };
        return new LoggedEvent(published, topic, alternates, new Position(1, 1), 0);
    }

    private static NaiveAccess.Permission[] Permissions(Random random) =>
        [.. Enumerable.Range(0, random.Next(4)).Select(_ => new NaiveAccess.Permission(
            Selectors[random.Next(Selectors.Length)],
            random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => Types[random.Next(Types.Length)] ?? "message")]))];

    private static Grant[] ToGrants(NaiveAccess.Permission[] permissions) =>
        Array.ConvertAll(permissions, static p => new Grant(Parse(p.Selector), p.Types));

    private static Selector Parse(string text) => Selector.TryParse(text, out Selector? selector, out string? error) ? selector : throw new ArgumentException(error);
}
