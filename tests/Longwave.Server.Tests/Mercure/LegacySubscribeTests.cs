using System.Net;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Mercure 0.x: authorization of subscriptions, and delivered updates.</summary>
public sealed class LegacySubscribeTests(MercureFixture fixture) : IClassFixture<MercureFixture>
{
    private MercureHub Hub => fixture.Hub;

    [Theory]
    [InlineData("*", true)]
    [InlineData("TOPIC/1", true)]
    [InlineData("TOPIC/{id}", true)]
    [InlineData("TOPIC{/path*}", true)]
    [InlineData("TOPIC/{id:3}", true)]
    [InlineData("TOPIC/2", false)]
    [InlineData("TOPIC/{broken", false)]
    [InlineData("TOPIC", false)]
    [Sentence("7.13", "7.15")]
    public async Task Subscribe_Selector_MatchesItsTopics(string selector, bool found)
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync([("topic", selector.Replace("TOPIC", topic, StringComparison.Ordinal)), ("topic", topic + "/end")]);
        await Hub.PublishAsync(topic + "/1", "wanted");
        await Hub.PublishAsync(topic + "/end", "end");
        Assert.Equal(found, (await stream.ReadUntilAsync("data: end\n\n")).Contains("data: wanted\n", StringComparison.Ordinal));
    }

    [Fact]
    [Sentence("7.13")]
    public async Task Subscribe_FaultyTemplate_FindsTheTopicOfItsText()
    {
        string topic = fixture.NewTopic() + "/{broken";
        using OpenStream stream = await Hub.OpenAsync("topic", topic);
        await Hub.PublishAsync(topic, "found");
        await stream.ReadUntilAsync("data: found\n\n");
    }

    [Fact]
    [Sentence("7.2", "7.17", "7.18", "7.19", "7.58")]
    public async Task Subscribe_UpdateWithEverything_ArrivesAsAnEventStream()
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync("topic", topic);
        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.MediaType);
        await Hub.PublishAsync(topic, "one\r\ntwo\rthree\nfour", ("id", topic + "#1"), ("type", "changed"), ("retry", "4321"));
        string text = await stream.ReadUntilAsync("data: four\n\n");
        Assert.EndsWith($"id: {topic}#1\nevent: changed\nretry: 4321\ndata: one\ndata: two\ndata: three\ndata: four\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("7.16", "7.27", "7.53", "7.54", "7.56", "8.3", "8.18", "8.50", "8.65", "8.109", "8.110")]
    public async Task Subscribe_PrivateUpdate_ReachesOnlyAuthorizedSubscribers()
    {
        string topic = fixture.NewTopic();
        using OpenStream legacy = await Hub.OpenAsync("topic", topic, MercureHub.Subscriber(topic));
        using OpenStream current = await Hub.OpenAsync("match", topic, Hub.CurrentSubscriber(topic));
        using OpenStream otherLegacy = await Hub.OpenAsync("topic", topic, MercureHub.Subscriber(topic + "/other"));
        using OpenStream otherCurrent = await Hub.OpenAsync("match", topic, Hub.CurrentSubscriber(topic + "/other"));
        using OpenStream empty = await Hub.OpenAsync("topic", topic, MercureHub.Legacy(false, null));
        using OpenStream anonymous = await Hub.OpenAsync("topic", topic);
        await Hub.PublishAsync(topic, "secret", ("private", ""));
        await Hub.PublishAsync(topic, "open");
        foreach (OpenStream stream in (OpenStream[])[legacy, current])
        {
            Assert.Contains("data: secret\n", await stream.ReadUntilAsync("data: open\n\n"), StringComparison.Ordinal);
        }

        foreach (OpenStream stream in (OpenStream[])[otherLegacy, otherCurrent, empty, anonymous])
        {
            Assert.DoesNotContain("secret", await stream.ReadUntilAsync("data: open\n\n"), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Sentence("7.26", "7.57")]
    public async Task Subscribe_Alternates_ReachReadersOfAnyTopic()
    {
        string topic = fixture.NewTopic();
        string books = topic + "/books/1";
        string mine = $"{topic}/users/foo/?topic={Uri.EscapeDataString(books)}";
        using OpenStream reader = await Hub.OpenAsync("topic", topic + "/books/{id}", MercureHub.Subscriber(topic + "/users/foo/{?topic}"));
        using OpenStream other = await Hub.OpenAsync("topic", topic + "/books/{id}", MercureHub.Subscriber(topic + "/users/bar/{?topic}"));
        using OpenStream byAlternate = await Hub.OpenAsync("topic", mine, MercureHub.Subscriber("*"));
        await Hub.PublishAsync(books, "yours", ("topic", mine), ("private", "on"));
        await Hub.PublishAsync(books, "end");
        Assert.Contains("data: yours\n", await reader.ReadUntilAsync("data: end\n\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("yours", await other.ReadUntilAsync("data: end\n\n"), StringComparison.Ordinal);
        await byAlternate.ReadUntilAsync("data: yours\n\n");
    }

    [Fact]
    public async Task Subscribe_EventMatchesTwice_ArrivesOnce()
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync([("topic", topic), ("topic", topic + "/{id}"), ("topic", "*")]);
        await Hub.PublishAsync(topic, "once", ("topic", topic + "/1"));
        await Hub.PublishAsync(topic, "end");
        Assert.Equal(2, (await stream.ReadUntilAsync("data: end\n\n")).Split("data: once\n").Length);
    }

    [Fact]
    [Sentence("7.14", "8.5")]
    public async Task Subscribe_Http2_Streams()
    {
        string topic = fixture.NewTopic();
        using HttpClient http = Hub.Hub.NewClient(HttpVersion.Version20);
        using OpenStream stream = await OpenStream.FromAsync(await http.GetAsync(
            MercureHub.Path + MercureHub.Query(("topic", topic)), HttpCompletionOption.ResponseHeadersRead));
        Assert.Equal(HttpVersion.Version20, stream.Response.Version);
        await stream.ReadUntilAsync("retry: ");
        await Hub.PublishAsync(topic, "hello");
        await stream.ReadUntilAsync("data: hello\n\n");
    }

    [Fact]
    public async Task Subscribe_NoTopicOrTooMany_Is400()
    {
        Assert.Equal(400, await Hub.StatusAsync([]));
        Assert.Equal(400, await Hub.StatusAsync([("topic", "")]));
        Assert.Equal(400, await Hub.StatusAsync([("topic", "a\0b")]));
        Assert.Equal(400, await Hub.StatusAsync([.. Enumerable.Range(0, 1_001).Select(static n => ("topic", $"t{n}"))]));
        Assert.Equal(200, await Hub.StatusAsync([.. Enumerable.Range(0, 1_000).Select(static n => ("topic", $"t{n}"))]));
    }

    [Fact]
    public async Task Subscribe_PublishedNatively_SharesTheLogAndOrder()
    {
        string topic = fixture.NewTopic();
        using OpenStream mercure = await Hub.OpenAsync("topic", topic);
        using OpenStream native = await Hub.Hub.OpenAsync($"?topic={Uri.EscapeDataString(topic)}", null, MercureHub.Bearer(NativeKey.Text));
        await Hub.PublishAsync(topic, "from mercure", ("id", topic + "-a"));
        using HttpResponseMessage published = await Hub.Hub.PostAsync($"/v1/events?topic={Uri.EscapeDataString(topic)}", "from v1", null, MercureHub.Bearer(NativeKey.Text));
        string position = (await TestHub.ReadJsonAsync(published)).GetProperty("id").GetString()!;
        Assert.Contains($"id: {topic}-a\ndata: from mercure\n\n", await mercure.ReadUntilAsync($"id: #{position}\ndata: from v1\n\n"), StringComparison.Ordinal);
        Assert.Contains("data: from mercure\n\n", await native.ReadUntilAsync($"id: {position}\ndata: from v1\n\n"), StringComparison.Ordinal);
    }
}
