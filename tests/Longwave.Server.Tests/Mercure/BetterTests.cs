using System.Text.RegularExpressions;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Server.Mercure;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Known failures of the reference hub, one test each.</summary>
public sealed partial class BetterTests
{
    /// <summary>CVE-2026-39972: the key of a match cache joined selector and topic with an underscore.</summary>
    [Fact]
    public async Task Authorization_SelectorsAndTopicsWithEqualConcatenation_AreDistinct()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        (string Selector, string Topic)[] pairs = [("a_b", "c"), ("a", "b_c"), ("{x}_b", "c"), ("{x}", "b_c"), ("a_", "_b_c"), ("", "a_b_c")];
        foreach ((string selector, string topic) in pairs.Where(static pair => pair.Selector.Length > 0))
        {
            // Request the other pair first, so that a cache could contain it.
            using OpenStream poison = await hub.OpenAsync("topic", "*", MercureHub.Subscriber("*", selector));
            using OpenStream reader = await hub.OpenAsync("topic", "*", MercureHub.Subscriber(selector));
            using OpenStream current = await hub.OpenAsync("match", "*", hub.CurrentSubscriber(selector));
            foreach ((_, string other) in pairs)
            {
                await hub.PublishAsync(other, $"secret of {other}.", ("private", "on"));
            }

            await hub.PublishAsync("end", "end");
            bool isTemplate = selector.Contains('{', StringComparison.Ordinal);
            foreach ((_, string other) in pairs)
            {
                bool legacy = isTemplate ? Regex.IsMatch(other, selector == "{x}" ? "^[a-z_]+$" : "^[a-z_]*_b$") : other == selector;
                Assert.Equal(legacy, (await reader.ReadUntilAsync("data: end\n\n")).Contains($"secret of {other}.", StringComparison.Ordinal));
                Assert.Equal(other == selector, (await current.ReadUntilAsync("data: end\n\n")).Contains($"secret of {other}.", StringComparison.Ordinal));
            }
        }
    }

    /// <summary>mercure#1382: ids are found by a scan, and not after 10,000 events. Symfony#117: a replay ends after 1,000.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Resume_TwelveThousandEventsBack_FindsTheIdAndReplaysThemAll()
    {
        const int Count = 12_000;
        await using MercureHub hub = await MercureHub.StartAsync();
        foreach (int[] some in Enumerable.Range(0, Count).Chunk(200))
        {
            await Task.WhenAll(some.Select(n => hub.PublishAsync($"t{n % 3}", $"{n}", ("id", $"urn:n:{n}"))));
        }

        // Published concurrently: their order is that of the log.
        using OpenStream all = await hub.OpenAsync([("topic", "*"), ("lastEventID", "earliest")]);
        string[] order = await IdsAsync(all, Count);
        foreach (int back in (int[])[Count - 1, 10_500, 5_000, 1])
        {
            string id = order[Count - 1 - back];
            using OpenStream stream = await hub.OpenAsync([("topic", "*"), ("lastEventID", id)]);
            Assert.Equal(id, Assert.Single(stream.Response.Headers.GetValues("Last-Event-ID")));
            Assert.Equal(order[^back..], await IdsAsync(stream, back));
            await hub.PublishAsync("t1", "live");
            await stream.ReadUntilAsync("data: live\n\n");
        }
    }

    /// <summary>mercure#704: an unknown id leaves the client waiting, without an indication that EventSource can see.</summary>
    [Theory]
    [InlineData("topic", "lastEventID")]
    [InlineData("match", "last_event_id")]
    public async Task Resume_AfterAnUnknownId_SendsAResetAndContinuesLive(string topicName, string cursorName)
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        await hub.PublishAsync("a", "before");
        foreach (string id in (string[])["urn:uuid:unknown", "#00000001-1", "#no", "7"])
        {
            using OpenStream stream = await hub.OpenAsync([(topicName, "a"), (cursorName, id)]);
            await stream.ReadUntilAsync("event: longwave.reset\n");
            Assert.Matches("\"reason\":\"unknown-id\"", await stream.ReadUntilAsync("\n\n"));
            await hub.PublishAsync("a", "live");
            Assert.DoesNotContain("data: before", await stream.ReadUntilAsync("data: live\n\n"), StringComparison.Ordinal);
        }
    }

    /// <summary>An event removed by retention: its id is unknown; its position determines the missing range.</summary>
    [Fact]
    public async Task Resume_AfterARemovedEvent_SendsAGap()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options =>
        {
            options.Engine.Policies.Add(new() { Selector = "a", MaxCount = 1 });
            options.Engine.RetentionInterval = TimeSpan.FromMilliseconds(20);
        });
        string first = await hub.PublishAsync("a", "one");
        await hub.PublishAsync("a", "two", ("id", "urn:two"));
        await hub.PublishAsync("a", "three");
        await Eventually.TrueAsync(() => hub.Hub.Engine.ResolveStart(ById("urn:two")).Reset is not null && !hub.Hub.Engine.ResolveStart(ById(first)).IsEventKept);
        using OpenStream byPosition = await hub.OpenAsync([("topic", "a"), ("lastEventID", first)]);
        Assert.Equal("earliest", Assert.Single(byPosition.Response.Headers.GetValues("Last-Event-ID")));
        Assert.Contains("event: longwave.gap\n", await byPosition.ReadUntilAsync("data: three\n\n"), StringComparison.Ordinal);
        using OpenStream byId = await hub.OpenAsync([("topic", "a"), ("lastEventID", "urn:two")]);
        await byId.ReadUntilAsync("\"reason\":\"unknown-id\"");
    }

    /// <summary>mercure#472, #870: the reference hub treats a client with an expired cookie as anonymous, so private updates are missing without an error.</summary>
    [Fact]
    public async Task Subscribe_ExpiredCookie_IsRejectedEvenIfAnonymousMayRead()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        string expired = MercureHub.Legacy(false, null, claims => claims["exp"] = hub.Clock.GetUtcNow().AddSeconds(-1).ToUnixTimeSeconds());
        Assert.Equal(200, await hub.StatusAsync([("topic", "a")]));
        Assert.Equal(401, await hub.StatusAsync([("topic", "a")], null, ("Cookie", $"mercureAuthorization={expired}")));
    }

    /// <summary>mercure#645: a subscriber with a lost network stays listed. Here the stall timeout removes a subscriber that reads nothing.</summary>
    [Fact]
    public async Task Presence_ClientReadsNothing_Ends()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options =>
        {
            options.Engine.StallTimeout = TimeSpan.FromSeconds(1);
            options.Engine.Heartbeat = TimeSpan.FromMilliseconds(200);
            options.Server.MaxUnsentBytes = 4 * 1024;
        });
        ActiveSubscriptions active = hub.Hub.Service<ActiveSubscriptions>();
        using RawConnection silent = await RawConnection.OpenAsync(hub.Hub.Address);
        silent.Socket.ReceiveBufferSize = 4 * 1024;
        await silent.SendAsync($"GET {MercureHub.Path}?topic=big HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await silent.ReadUntilAsync("retry: ");
        Assert.Single(active.All);
        string big = new('x', 500_000);
        for (int n = 0; n < 20; n++)
        {
            await hub.PublishAsync("big", big);
        }

        await Eventually.TrueAsync(() => !active.All.Any());
    }

    /// <summary>Denial of service by regular expression: a pattern and a topic that would occupy a backtracking engine without limit.</summary>
    [Fact]
    [Sentence("8.35", "8.36")]
    public async Task Pattern_CatastrophicBacktracking_IsLinear()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        using OpenStream stream = await hub.OpenAsync([("match_urlpattern", "https://e.example/((?:a|a|aa)+)b"), ("match", "end")]);
        await hub.PublishAsync("https://e.example/" + new string('a', 900), "no");
        await hub.PublishAsync("https://e.example/" + new string('a', 900) + "b", "yes");
        await hub.PublishAsync("end", "end");
        string text = await stream.ReadUntilAsync("data: end\n\n");
        Assert.Contains("data: yes\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("data: no\n", text, StringComparison.Ordinal);
    }

    private static async Task<string[]> IdsAsync(OpenStream stream, int count)
    {
        string[] ids = [];
        while (ids.Length < count)
        {
            await stream.ReadMoreAsync();
            ids = [.. Ids().Matches(stream.Text).Where(static match => match.Value.Contains("urn:n:", StringComparison.Ordinal)).Select(static match => match.Groups[1].Value)];
        }

        return ids[..count];
    }

    [GeneratedRegex(@"^id: (.*)\n", RegexOptions.Multiline)]
    private static partial Regex Ids();

    private static SubscribeRequest ById(string id) => new() { Selectors = [], Format = EventFormat.SseWithIds, LastEventId = id };
}
