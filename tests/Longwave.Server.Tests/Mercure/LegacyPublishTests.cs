using System.Net;
using System.Text.Json.Nodes;
using Longwave.Engine.Configuration;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Mercure 0.x: validation and authorization of publishes.</summary>
public sealed class LegacyPublishTests(PublishFixture fixture) : IClassFixture<PublishFixture>
{
    private MercureHub Hub => fixture.Hub;

    [Fact]
    [Sentence("7.31", "7.32", "8.59", "8.60")]
    public async Task Publish_WithId_ReturnsIt()
    {
        string topic = fixture.NewTopic();
        foreach (string token in (string[])[MercureHub.Publisher("*"), Hub.CurrentPublisher("*")])
        {
            using HttpResponseMessage response = await Hub.PostAsync(token, ("topic", topic), ("id", "urn:é:1"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
            Assert.Equal("urn:é:1", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    [Sentence("7.30", "7.59", "8.54", "8.122")]
    public async Task Publish_WithoutId_ReturnsAFragmentThatResumesAfterIt()
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic, "first");
        await Hub.PublishAsync(topic, "second", ("id", ""));
        Assert.Matches("^#[0-9a-f]{8}-[0-9]+$", first);
        using OpenStream stream = await Hub.OpenAsync([("topic", topic), ("lastEventID", first)]);
        Assert.DoesNotContain("first", await stream.ReadUntilAsync("data: second\n\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(415, "application/json")]
    [InlineData(415, "multipart/form-data; boundary=x")]
    [InlineData(400, null)]
    [InlineData(200, "application/x-www-form-urlencoded")]
    [InlineData(200, "application/x-www-form-urlencoded; charset=UTF-8")]
    [Sentence("7.24", "8.38")]
    public async Task Publish_ContentType_MustBeAForm(int status, string? contentType)
    {
        using HttpResponseMessage response = await Hub.Hub.PostAsync(
            MercureHub.Path, $"topic={fixture.NewTopic()}", contentType, MercureHub.Bearer(MercureHub.Publisher("*")));
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("id", "#1")]
    [InlineData("id", "earliest")]
    [InlineData("id", "a\nb")]
    [InlineData("id", "a\0b")]
    [InlineData("type", "a\rb")]
    [InlineData("type", "longwave.gap")]
    [InlineData("retry", "-1")]
    [InlineData("retry", "1.5")]
    [InlineData("retry", "soon")]
    [InlineData("topic", "*")]
    [InlineData("topic", "a\nb")]
    [InlineData("topic", "")]
    [Sentence("7.28")]
    public async Task Publish_InvalidField_Is400AndNothingIsAppended(string field, string value)
    {
        string topic = fixture.NewTopic();
        string before = Hub.Hub.Engine.Tip.ToString();
        (string, string)[] fields = field == "topic" ? [("topic", value)] : [("topic", topic), (field, value)];
        using HttpResponseMessage response = await Hub.PostAsync(MercureHub.Publisher("*"), fields);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(before, Hub.Hub.Engine.Tip.ToString());
    }

    [Fact]
    public async Task Publish_OverTheEngineLimits_Is413AndNothingIsAppended()
    {
        await using MercureHub small = await MercureHub.StartAsync(static options =>
        {
            options.Engine.Limits.MaxEventBytes = 100_000;
            options.Engine.Limits.HotTailBytes = 64 * 1024;
            options.Engine.Policies.Add(new TopicPolicy { Selector = "ticks", Durability = Durability.Memory });
        });
        string token = MercureHub.Publisher("*");
        using HttpResponseMessage large = await small.PostAsync(token, ("topic", "a"), ("data", new string('x', 100_001)));
        await TestHub.AssertProblemAsync(large, 413, "event-too-large", "data");
        using HttpResponseMessage memory = await small.PostAsync(token, ("topic", "ticks"), ("data", new string('x', 33_000)));
        await TestHub.AssertProblemAsync(memory, 413, "request-too-large", "body");
        Assert.Equal(0, small.Hub.Engine.Tip.Offset);
        using HttpResponseMessage durable = await small.PostAsync(token, ("topic", "a"), ("data", new string('x', 33_000)));
        Assert.Equal(HttpStatusCode.OK, durable.StatusCode);
    }

    [Fact]
    public async Task Publish_Topics_AreAtMostAThousand()
    {
        string token = MercureHub.Publisher("*");
        using HttpResponseMessage none = await Hub.PostAsync(token, ("data", "x"));
        using HttpResponseMessage most = await Hub.PostAsync(token, [.. Enumerable.Range(0, 1_000).Select(static n => ("topic", $"many{n}"))]);
        using HttpResponseMessage more = await Hub.PostAsync(token, [.. Enumerable.Range(0, 1_001).Select(static n => ("topic", $"many{n}"))]);
        Assert.Equal((400, 200, 400), ((int)none.StatusCode, (int)most.StatusCode, (int)more.StatusCode));
    }

    [Fact]
    [Sentence("7.33", "7.38", "7.47", "7.48", "7.49")]
    public async Task Publish_NotAuthorized_Is401AndNothingIsAppended()
    {
        string topic = fixture.NewTopic();
        string before = Hub.Hub.Engine.Tip.ToString();
        string?[] tokens =
        [
            null,
            MercureHub.Publisher(),
            MercureHub.Legacy(true, null),
            MercureHub.Legacy(true, new JsonObject { ["subscribe"] = new JsonArray("*") }),
            MercureHub.Legacy(true, new JsonArray("*")),
            MercureHub.Publisher(topic + "/other"),
            MercureHub.Legacy(false, new JsonObject { ["publish"] = new JsonArray("*") }),
            MercureHub.Publisher("*") + "x",
        ];
        foreach (string? token in tokens)
        {
            using HttpResponseMessage response = await Hub.PostAsync(token, ("topic", topic));
            Assert.Equal(401, (int)response.StatusCode);
        }

        Assert.Equal(before, Hub.Hub.Engine.Tip.ToString());
    }

    [Fact]
    [Sentence("7.50", "7.51", "7.52")]
    public async Task Publish_SeveralTopics_RequiresAGrantForEach()
    {
        string topic = fixture.NewTopic();
        string before = Hub.Hub.Engine.Tip.ToString();
        using HttpResponseMessage some = await Hub.PostAsync(MercureHub.Publisher(topic), ("topic", topic), ("topic", topic + "/2"));
        Assert.Equal(401, (int)some.StatusCode);
        Assert.Equal(before, Hub.Hub.Engine.Tip.ToString());
        using HttpResponseMessage all = await Hub.PostAsync(MercureHub.Publisher(topic, topic + "/{id}"), ("topic", topic), ("topic", topic + "/2"));
        Assert.Equal(200, (int)all.StatusCode);
    }

    [Theory]
    [InlineData("/.well-known/mercure")]
    [InlineData("/.well-known/mercure/subscriptions/a/b")]
    [InlineData("https://elsewhere.example/.well-known/mercure/subscriptions/a/b")]
    [InlineData("/.well-known/%6Dercure/subscriptions/a/b")]
    [InlineData("/.well-known/x/../mercure/subscriptions/a/b")]
    [InlineData("\\.well-known\\mercure\\subscriptions\\a\\b")]
    [InlineData("mercure/subscriptions/a/b")]
    [Sentence("8.44", "8.45", "8.46")]
    public async Task Publish_ReservedTopicOrAlternateByAnyApi_Is403(string reserved)
    {
        foreach (string token in (string[])[MercureHub.Publisher("*"), Hub.CurrentPublisher("*")])
        {
            using HttpResponseMessage response = await Hub.PostAsync(token, ("topic", reserved));
            using HttpResponseMessage alternate = await Hub.PostAsync(token, ("topic", "a"), ("topic", reserved));
            Assert.Equal((403, 403), ((int)response.StatusCode, (int)alternate.StatusCode));
        }

        using HttpResponseMessage native = await Hub.Hub.PostAsync($"/v1/events?topic={Uri.EscapeDataString(reserved)}", "x", null, MercureHub.Bearer(NativeKey.Text));
        Assert.Equal(reserved.Contains("subscriptions", StringComparison.Ordinal) ? 403 : 201, (int)native.StatusCode);
    }

    [Theory]
    [InlineData("/.well-known/mercure-news")]
    [InlineData("https://example.com/?x=/.well-known/mercure/subscriptions")]
    [InlineData("urn:mercure:/.well-known/mercure/subscriptions")]
    [InlineData("http://[broken/.well-known/mercure/subscriptions")]
    [Sentence("8.44")]
    public async Task Publish_TopicSimilarToReserved_IsAccepted(string topic)
    {
        using HttpResponseMessage response = await Hub.PostAsync(Hub.CurrentPublisher("*"), ("topic", topic));
        Assert.Equal(200, (int)response.StatusCode);
    }
}
