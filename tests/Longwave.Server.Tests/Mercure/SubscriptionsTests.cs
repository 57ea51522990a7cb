using System.Text.Json;
using System.Text.Json.Nodes;
using Longwave.Server.Mercure;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Active subscriptions: their updates and their list.</summary>
public sealed class SubscriptionsTests
{
    private const string Any = MercureHub.Subscriptions + "{/topic}{/subscriber}";
    private const string AnyPattern = MercureHub.Subscriptions + "/:match_type/:match/:subscriber";

    [Fact]
    [Sentence("7.69", "7.70", "7.71", "7.72", "7.73", "7.74", "7.75", "7.76", "7.77")]
    public async Task Legacy_StartAndEnd_AreSentToAuthorizedSubscribers()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        using OpenStream watcher = await hub.OpenAsync("topic", Any, MercureHub.Subscriber(Any));
        using OpenStream stranger = await hub.OpenAsync("topic", "*", MercureHub.Subscriber("nothing"));
        const string Selector = "https://example.com/{selector}";
        string token = MercureHub.Legacy(false, new JsonObject { ["payload"] = new JsonObject { ["foo"] = "b\"är" } });
        OpenStream one = await hub.OpenAsync([("topic", Selector), ("topic", "second")], token);
        await watcher.ReadUntilAsync("\"topic\":\"second\"");
        one.Dispose();
        string text = await ReadUntilAsync(watcher, static text => Documents(text).Count(static d => !d.GetProperty("active").GetBoolean()) == 2);
        JsonElement[] documents = [.. Documents(text).Where(static d => d.GetProperty("topic").GetString() == Selector)];
        Assert.Equal([true, false], documents.Select(static d => d.GetProperty("active").GetBoolean()));
        string subscriber = documents[0].GetProperty("subscriber").GetString()!;
        Assert.Matches("^urn:uuid:[0-9a-f-]{36}$", subscriber);
        Assert.Equal($"{MercureHub.Subscriptions}/https%3A%2F%2Fexample.com%2F%7Bselector%7D/{Uri.EscapeDataString(subscriber)}", documents[0].GetProperty("id").GetString());
        Assert.Equal("https://mercure.rocks/", documents[0].GetProperty("@context").GetString());
        Assert.Equal("Subscription", documents[0].GetProperty("type").GetString());
        Assert.Equal("b\"är", documents[0].GetProperty("payload").GetProperty("foo").GetString());
        Assert.Equal(subscriber, Documents(text).Single(static d => d.GetProperty("topic").GetString() == "second" && d.GetProperty("active").GetBoolean()).GetProperty("subscriber").GetString());
        await hub.PublishAsync("open", "end");
        Assert.DoesNotContain("Subscription", await stranger.ReadUntilAsync("data: end\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("8.136", "8.137", "8.138", "8.140", "8.141", "8.142", "8.143", "8.144", "8.145", "8.146", "8.147", "8.148", "8.149", "8.117", "8.181")]
    public async Task Current_StartAndEnd_AreSentToAuthorizedSubscribers()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        using OpenStream watcher = await hub.OpenAsync("match_urlpattern", AnyPattern, hub.CurrentSubscriber(AnyPattern));
        using OpenStream stranger = await hub.OpenAsync("match", "*", hub.CurrentSubscriber("nothing"));
        const string Pattern = "https://example.com/:id%20x";
        var details = new JsonArray(
            Detail("https://example.com/:id", "urlpattern", """{"n":1}"""), Detail("*", null, """{"n":2}"""));
        OpenStream one = await hub.OpenAsync([("match_urlpattern", Pattern), ("match", "a b")], hub.Current(false, details));
        OpenStream two = await hub.OpenAsync([("match_urlpattern", Pattern)], hub.Current(false, details.DeepClone()));
        await watcher.ReadUntilAsync("\"match\":\"a b\"");
        one.Dispose();
        two.Dispose();
        await Eventually.TrueAsync(() => hub.Hub.Engine.ConnectionCount == 2);
        await hub.PublishAsync("open", "end");
        string text = await ReadUntilAsync(watcher, static text => Documents(text).Count(static d => !d.GetProperty("active").GetBoolean()) == 3);
        Assert.Contains("\nevent: mercure\ndata: {", text, StringComparison.Ordinal);
        JsonElement[] documents = [.. Documents(text).Where(static d => d.GetProperty("match").GetString() == Pattern)];
        string[] subscribers = [.. documents.Select(static d => d.GetProperty("subscriber").GetString()!).Distinct()];
        Assert.Equal(2, subscribers.Length);
        JsonElement first = documents[0];
        Assert.Equal(
            $"{MercureHub.Subscriptions}/urlpattern/https%3A%2F%2Fexample.com%2F%3Aid%2520x/{Uri.EscapeDataString(first.GetProperty("subscriber").GetString()!)}",
            first.GetProperty("id").GetString());
        Assert.Equal(("subscription", "urlpattern"), (first.GetProperty("type").GetString(), first.GetProperty("match_type").GetString()));
        Assert.Equal(1, first.GetProperty("payload").GetProperty("n").GetInt32());
        Assert.Equal(2, Documents(text).First(static d => d.GetProperty("match").GetString() == "a b").GetProperty("payload").GetProperty("n").GetInt32());
        Assert.DoesNotContain("subscription", await stranger.ReadUntilAsync("data: end\n\n"), StringComparison.Ordinal);
        JsonObject Detail(string match, string? type, string payload)
        {
            var matcher = new JsonObject { ["match"] = match };
            if (type is not null)
            {
                matcher["match_type"] = type;
            }

            return new JsonObject
            {
                ["type"] = MercureHub.DetailType,
                ["actions"] = new JsonArray("subscribe"),
                ["topics"] = new JsonArray(matcher),
                ["payload"] = JsonNode.Parse(payload),
            };
        }
    }

    [Fact]
    [Sentence("8.139")]
    public async Task Current_SubscriberIdFromTheClient_IsIgnored()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        string token = hub.Current(false, MercureHub.Detail("subscribe", "*"), static (_, claims) => claims["sub"] = "urn:me");
        using OpenStream stream = await hub.OpenAsync([("match", "a"), ("subscriber", "urn:me")], token, ("Subscriber", "urn:me"));
        JsonElement list = await ListAsync(hub, MercureHub.Subscriptions, token);
        Assert.DoesNotContain("urn:me", list.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("7.78", "7.79", "7.82", "7.83", "7.84", "7.85", "7.86", "7.88", "7.89")]
    public async Task Legacy_Api_ListsOpenSubscriptions()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        string all = MercureHub.Subscriber("*");
        await hub.PublishAsync("a", "x", ("id", "urn:uuid:last"));
        using OpenStream one = await hub.OpenAsync([("topic", "https://example.com/{id}"), ("topic", "b")], all);
        using OpenStream two = await hub.OpenAsync([("topic", "b")]);
        using OpenStream current = await hub.OpenAsync([("match", "b")]);
        await SettleAsync(hub);
        JsonElement list = await ListAsync(hub, MercureHub.Subscriptions, all);
        Assert.Equal(("https://mercure.rocks/", MercureHub.Subscriptions, "Subscriptions"), (list.GetProperty("@context").GetString(), list.GetProperty("id").GetString(), list.GetProperty("type").GetString()));
        Assert.Equal(3, list.GetProperty("subscriptions").GetArrayLength());
        JsonElement ofB = await ListAsync(hub, MercureHub.Subscriptions + "/b", all);
        Assert.Equal(2, ofB.GetProperty("subscriptions").GetArrayLength());
        JsonElement first = ofB.GetProperty("subscriptions")[0];
        JsonElement single = await ListAsync(hub, first.GetProperty("id").GetString()!, all);
        Assert.Equal(("Subscription", "b", true), (single.GetProperty("type").GetString(), single.GetProperty("topic").GetString(), single.GetProperty("active").GetBoolean()));
        Assert.Equal(first.GetProperty("subscriber").GetString(), single.GetProperty("subscriber").GetString());
        foreach (string path in (string[])["/b/urn%3Auuid%3Anobody", "/", "/a/b/c"])
        {
            using HttpResponseMessage missing = await hub.SendAsync(HttpMethod.Get, MercureHub.Subscriptions + path, all);
            Assert.Equal(404, (int)missing.StatusCode);
        }

        using HttpResponseMessage response = await hub.SendAsync(HttpMethod.Get, MercureHub.Subscriptions, all);
        Assert.Equal("application/ld+json", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.MustRevalidate);
        using HttpResponseMessage same = await hub.SendAsync(HttpMethod.Get, MercureHub.Subscriptions, all, ("If-None-Match", response.Headers.ETag!.ToString()));
        Assert.Equal(304, (int)same.StatusCode);
        two.Dispose();
        await Eventually.TrueAsync(() => hub.Hub.Engine.ConnectionCount == 2);
        await SettleAsync(hub);
        using HttpResponseMessage changed = await hub.SendAsync(HttpMethod.Get, MercureHub.Subscriptions, all, ("If-None-Match", response.Headers.ETag!.ToString()));
        Assert.Equal(200, (int)changed.StatusCode);
        using OpenStream watcher = await hub.OpenAsync([("topic", Any), ("lastEventID", list.GetProperty("lastEventID").GetString()!)], MercureHub.Subscriber(Any));
        await watcher.ReadUntilAsync("\"topic\":\"b\",\"subscriber\":");
    }

    [Fact]
    [Sentence("8.150", "8.151", "8.155", "8.156", "8.157", "8.158", "8.159", "8.161", "8.162", "8.163")]
    public async Task Current_Api_ListsOpenSubscriptions()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        string all = hub.CurrentSubscriber("*");
        using OpenStream one = await hub.OpenAsync([("match_urlpattern", "https://example.com/:id"), ("match", "b")], all);
        using OpenStream two = await hub.OpenAsync([("match", "b")]);
        await SettleAsync(hub);
        using HttpResponseMessage response = await hub.SendAsync(HttpMethod.Get, MercureHub.Subscriptions, all);
        Assert.Equal("application/mercure+json", response.Content.Headers.ContentType?.ToString());
        string link = Assert.Single(response.Headers.GetValues("Link"));
        Assert.StartsWith($"<{hub.Url}>; rel=\"mercure\"; last-event-id=\"#", link, StringComparison.Ordinal);
        JsonElement list = await TestHub.ReadJsonAsync(response);
        Assert.Equal((MercureHub.Subscriptions, "subscriptions", 3), (list.GetProperty("id").GetString(), list.GetProperty("type").GetString(), list.GetProperty("subscriptions").GetArrayLength()));
        Assert.False(list.TryGetProperty("last_event_id", out _));
        Assert.Equal(2, (await ListAsync(hub, MercureHub.Subscriptions + "/exact/b", all)).GetProperty("subscriptions").GetArrayLength());
        JsonElement ofPattern = await ListAsync(hub, MercureHub.Subscriptions + "/urlpattern/https%3A%2F%2Fexample.com%2F%3Aid", all);
        Assert.Single((await ListAsync(hub, MercureHub.Subscriptions + "/urlpattern/https%3a%2f%2fexample.com%2F:id", all)).GetProperty("subscriptions").EnumerateArray());
        JsonElement only = Assert.Single(ofPattern.GetProperty("subscriptions").EnumerateArray());
        JsonElement single = await ListAsync(hub, only.GetProperty("id").GetString()!, all);
        Assert.Equal(only.GetRawText(), single.GetRawText());
        using HttpResponseMessage missing = await hub.SendAsync(HttpMethod.Get, MercureHub.Subscriptions + "/exact/b/urn%3Auuid%3Anobody", all);
        Assert.Equal(404, (int)missing.StatusCode);
        using HttpResponseMessage same = await hub.SendAsync(HttpMethod.Head, MercureHub.Subscriptions, all, ("If-None-Match", $"\"x\", W/{response.Headers.ETag}"));
        Assert.Equal(304, (int)same.StatusCode);
        string cursor = link[(link.IndexOf("last-event-id=\"", StringComparison.Ordinal) + 15)..^1];
        using OpenStream watcher = await hub.OpenAsync([("match_urlpattern", AnyPattern), ("last_event_id", cursor)], hub.CurrentSubscriber(AnyPattern));
        await watcher.ReadUntilAsync("\"match\":\"" + AnyPattern);
        Assert.DoesNotContain("\"match\":\"b\"", watcher.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("7.80", "7.81", "8.152", "8.153", "8.154")]
    public async Task Api_Token_MustGrantTheUrl()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        async Task<int> StatusAsync(string path, string? token)
        {
            using HttpResponseMessage response = await hub.SendAsync(HttpMethod.Get, MercureHub.Subscriptions + path, token);
            return (int)response.StatusCode;
        }

        Assert.Equal(401, await StatusAsync("", null));
        Assert.Equal(401, await StatusAsync("", MercureHub.Subscriber("b")));
        Assert.Equal(403, await StatusAsync("", hub.CurrentSubscriber("b")));
        Assert.Equal(200, await StatusAsync("", MercureHub.Subscriber(MercureHub.Subscriptions)));
        Assert.Equal(200, await StatusAsync("?x=1", hub.CurrentSubscriber(MercureHub.Subscriptions)));
        Assert.Equal(200, await StatusAsync("/b", MercureHub.Subscriber(MercureHub.Subscriptions + "{/topic}")));
        Assert.Equal(401, await StatusAsync("/b/c", MercureHub.Subscriber(MercureHub.Subscriptions + "/b")));
        Assert.Equal(200, await StatusAsync("/exact/b", hub.CurrentSubscriber(MercureHub.Subscriptions + "/:type/:match")));
        Assert.Equal(200, await StatusAsync("/exact/b", hub.CurrentSubscriber(hub.Url + "/subscriptions/:type/:match")));
        Assert.Equal(403, await StatusAsync("/exact/b", hub.CurrentSubscriber(MercureHub.Subscriptions + "/:type/:match/:subscriber")));
    }

    [Fact]
    [Sentence("7.87", "8.160")]
    public async Task Api_OfAnEmptyHub_LastEventIdIsEarliest()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        Assert.Equal("earliest", (await ListAsync(hub, MercureHub.Subscriptions, MercureHub.Subscriber("*"))).GetProperty("lastEventID").GetString());
        using HttpResponseMessage current = await hub.SendAsync(HttpMethod.Get, MercureHub.Subscriptions, hub.CurrentSubscriber("*"));
        Assert.EndsWith("; last-event-id=\"earliest\"", Assert.Single(current.Headers.GetValues("Link")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscriptions_SwitchedOff_AreNeitherListedNorAnnounced()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Mercure.Subscriptions = false);
        using OpenStream watcher = await hub.OpenAsync("topic", "*", MercureHub.Subscriber("*"));
        await hub.PublishAsync("a", "end");
        Assert.DoesNotContain("Subscription", await watcher.ReadUntilAsync("data: end\n\n"), StringComparison.Ordinal);
        using HttpResponseMessage response = await hub.SendAsync(HttpMethod.Get, MercureHub.Subscriptions, MercureHub.Subscriber("*"));
        Assert.Equal(404, (int)response.StatusCode);
    }

    /// <summary>An update's topic contains the matcher: an update that is not a valid event, or a batch above a limit, must not block the others.</summary>
    [Theory]
    [InlineData(10_000, 8 * 1024 * 1024)]
    [InlineData(1, 8 * 1024 * 1024)]
    [InlineData(10_000, 700)]
    public async Task Announcement_RejectedByTheEngine_IsLoggedAndTheOthersArePublished(int maxRequestEvents, int maxRequestBytes)
    {
        await using MercureHub hub = await MercureHub.StartAsync(options =>
        {
            options.Engine.Limits.MaxRequestEvents = maxRequestEvents;
            options.Engine.Limits.MaxRequestBytes = maxRequestBytes;
            options.Engine.Limits.MaxEventBytes = Math.Min(maxRequestBytes, options.Engine.Limits.MaxEventBytes);
        });
        using OpenStream watcher = await hub.OpenAsync("topic", Any, MercureHub.Subscriber(Any));
        string tooLong = new('a', 1_000);
        using OpenStream one = await hub.OpenAsync([("topic", "first"), ("topic", tooLong), ("topic", "second"), ("topic", "third")]);
        string text = await ReadUntilAsync(watcher, static text => Documents(text).Any(static d => d.GetProperty("topic").GetString() == "third"));
        Assert.Equal([Any, "first", "second", "third"], Documents(text).Select(static d => d.GetProperty("topic").GetString()));
        string logged = Assert.Single(hub.Hub.Logs.Lines, static line => line.Contains("could not be published", StringComparison.Ordinal));
        Assert.Contains("the limit is 1024", logged, StringComparison.Ordinal);
        Assert.DoesNotContain(tooLong, logged, StringComparison.Ordinal);
    }

    /// <summary>The list of one matcher visits only its subscriptions.</summary>
    [Fact]
    public async Task Below_OneMatcher_VisitsNoOther()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        var streams = new List<OpenStream>();
        for (int i = 0; i < 20; i++)
        {
            streams.Add(await hub.OpenAsync("topic", $"matcher{i % 10}"));
        }

        ActiveSubscriptions active = hub.Hub.Service<ActiveSubscriptions>();
        string folder = ActiveSubscription.Folder(MercureHub.Path);
        Assert.Equal(20, active.Below(folder).Count());
        Assert.Equal(["matcher1", "matcher1"], active.Below(folder + "/matcher1").Select(static one => one.Match));
        Assert.Empty(active.Below(folder + "/matcher"));
        ActiveSubscription one = active.All.First();
        Assert.Same(one, active.Find(one.Topic));
        Assert.Null(active.Find(folder));
        streams.ForEach(static stream => stream.Dispose());
        await Eventually.TrueAsync(() => !active.All.Any());
    }

    /// <summary>Waits until all updates are published: afterwards the list does not change by itself.</summary>
    private static async Task SettleAsync(MercureHub hub)
    {
        ActiveSubscriptions active = hub.Hub.Service<ActiveSubscriptions>();
        int listed = active.All.Count();
        int before = hub.Hub.Engine.ConnectionCount;
        using OpenStream watcher = await hub.OpenAsync([("topic", Any), ("topic", "settled"), ("lastEventID", "earliest")], MercureHub.Subscriber("*"));
        await watcher.ReadUntilAsync("\"topic\":\"settled\"");
        watcher.Dispose();
        await Eventually.TrueAsync(() => hub.Hub.Engine.ConnectionCount == before && active.All.Count() <= listed);
    }

    private static async Task<JsonElement> ListAsync(MercureHub hub, string path, string token)
    {
        using HttpResponseMessage response = await hub.SendAsync(HttpMethod.Get, path, token);
        Assert.Equal(200, (int)response.StatusCode);
        return await TestHub.ReadJsonAsync(response);
    }

    private static IEnumerable<JsonElement> Documents(string text) => text.Split('\n')
        .Where(static line => line.StartsWith("data: {\"", StringComparison.Ordinal) && line.EndsWith('}'))
        .Select(static line => JsonDocument.Parse(line[6..]).RootElement)
        .Where(static document => document.TryGetProperty("active", out _));

    private static async Task<string> ReadUntilAsync(OpenStream stream, Func<string, bool> enough)
    {
        while (!enough(stream.Text))
        {
            await stream.ReadMoreAsync();
        }

        return stream.Text;
    }
}
