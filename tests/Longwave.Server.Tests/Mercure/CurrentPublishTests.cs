using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Mercure 1.0: validation of publishes.</summary>
public sealed class CurrentPublishTests(PublishFixture fixture) : IClassFixture<PublishFixture>
{
    private MercureHub Hub => fixture.Hub;

    [Theory]
    [InlineData("topic", "a\u0001b")]
    [InlineData("topic", "a\u0085b")]
    [InlineData("topic", "a\u202Eb")]
    [InlineData("id", "#1")]
    [InlineData("id", "earliest")]
    [InlineData("id", "a\u007fb")]
    [InlineData("id", "a\u200Bb")]
    [InlineData("type", "a\nb")]
    [InlineData("type", "a\u2066b")]
    [InlineData("type", "mercure")]
    [InlineData("retry", "1e3")]
    [InlineData("retry", "\u0661")]
    [Sentence("8.2", "8.43", "8.53", "8.55", "8.56", "8.57", "8.181")]
    public async Task Publish_InvalidField_Is400AndNothingIsAppended(string field, string value)
    {
        string before = Hub.Hub.Engine.Tip.ToString();
        (string, string)[] fields = field == "topic" ? [("topic", value)] : [("topic", fixture.NewTopic()), (field, value)];
        using HttpResponseMessage response = await Hub.PostAsync(Hub.CurrentPublisher("*"), fields);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(before, Hub.Hub.Engine.Tip.ToString());
    }

    [Theory]
    [InlineData("topic=%ff")]
    [InlineData("topic=a&data=%c3%28")]
    [InlineData("topic=a&%ff=b")]
    [Sentence("8.1", "8.39", "8.47")]
    public async Task Publish_NotUtf8_Is400(string form)
    {
        using HttpResponseMessage response = await Hub.Hub.PostAsync(
            MercureHub.Path, form, "application/x-www-form-urlencoded", MercureHub.Bearer(Hub.CurrentPublisher("*")));
        Assert.Equal(400, (int)response.StatusCode);
    }

    [Fact]
    [Sentence("8.40", "8.42")]
    public async Task Publish_Topics_AreOneOrMore()
    {
        string topic = fixture.NewTopic();
        using HttpResponseMessage none = await Hub.PostAsync(Hub.CurrentPublisher("*"), ("data", "x"));
        Assert.Equal(400, (int)none.StatusCode);
        using OpenStream stream = await Hub.OpenAsync("match", topic + "/2");
        using HttpResponseMessage both = await Hub.PostAsync(Hub.CurrentPublisher("*"), ("topic", topic), ("topic", topic + "/2"), ("data", "x"));
        Assert.Equal(200, (int)both.StatusCode);
        await stream.ReadUntilAsync("data: x\n\n");
    }

    [Fact]
    [Sentence("8.48", "8.191")]
    public async Task Publish_DataThatLooksLikeFields_StaysData()
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync("match", topic);
        string id = await Hub.PublishAsync(topic, "a\nid: forged\r\nevent: forged\rdata: forged\n\nid: again");
        await Hub.PublishAsync(topic, "end");
        await stream.ReadUntilAsync("data: end\n\n");
        Assert.StartsWith(
            $"id: {id}\ndata: a\ndata: id: forged\ndata: event: forged\ndata: data: forged\ndata: \ndata: id: again\n\n", stream.Events, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("private=on")]
    [InlineData("private=")]
    [InlineData("private")]
    [InlineData("private=0")]
    [InlineData("private=false")]
    [Sentence("8.51")]
    public async Task Publish_PrivateOfAnyValue_IsPrivate(string field)
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync("match", topic);
        using HttpResponseMessage response = await Hub.Hub.PostAsync(
            MercureHub.Path, $"topic={Uri.EscapeDataString(topic)}&data=secret&{field}", "application/x-www-form-urlencoded", MercureHub.Bearer(Hub.CurrentPublisher("*")));
        Assert.Equal(200, (int)response.StatusCode);
        await Hub.PublishAsync(topic, "end");
        Assert.DoesNotContain("secret", await stream.ReadUntilAsync("data: end\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("8.58")]
    public async Task Publish_UnknownFields_AreIgnored()
    {
        using HttpResponseMessage response = await Hub.PostAsync(Hub.CurrentPublisher("*"), ("topic", fixture.NewTopic()), ("colour", "red"), ("matcher", "x"));
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    [Sentence("8.61", "8.64", "8.108")]
    public async Task Publish_NotGranted_Is403AndNothingIsAppended()
    {
        string topic = fixture.NewTopic();
        string before = Hub.Hub.Engine.Tip.ToString();
        string other = Hub.CurrentPublisher(topic + "/other");
        string reader = Hub.Current(true, MercureHub.Detail("subscribe", "*"));
        foreach (string token in (string[])[other, reader])
        {
            using HttpResponseMessage response = await Hub.PostAsync(token, ("topic", topic));
            Assert.Equal(403, (int)response.StatusCode);
            Assert.Contains("error=\"insufficient_scope\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        using HttpResponseMessage anonymous = await Hub.PostAsync(null, ("topic", topic));
        Assert.Equal(401, (int)anonymous.StatusCode);
        Assert.Equal(before, Hub.Hub.Engine.Tip.ToString());
        using HttpResponseMessage pattern = await Hub.PostAsync(Hub.CurrentPublisher(topic + "/:id"), ("topic", topic + "/1"));
        Assert.Equal(200, (int)pattern.StatusCode);
    }

    [Fact]
    [Sentence("8.62", "8.63")]
    public async Task Publish_TooLarge_Is413()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options =>
            (options.Engine.Limits.MaxRequestBytes, options.Engine.Limits.MaxEventBytes) = (10_000, 5_000));
        (string, string)[][] updates =
        [
            [("topic", "a"), ("data", new string('x', 5_001))],
            [("topic", "a"), ("data", new string('x', 10_001))],
            [("topic", new string('t', 1_025))],
            [("topic", "a"), ("id", new string('i', 1_025))],
            [("topic", "a"), ("type", new string('t', 257))],
        ];
        foreach ((string, string)[] update in updates)
        {
            using HttpResponseMessage response = await hub.PostAsync(hub.CurrentPublisher("*"), update);
            Assert.Equal(413, (int)response.StatusCode);
        }
    }
}
