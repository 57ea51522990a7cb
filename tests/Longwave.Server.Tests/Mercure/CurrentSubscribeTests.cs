using System.Net;
using System.Text;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Mercure 1.0: matchers, and the method <c>QUERY</c>.</summary>
public sealed class CurrentSubscribeTests(MercureFixture fixture) : IClassFixture<MercureFixture>
{
    private MercureHub Hub => fixture.Hub;

    [Theory]
    [InlineData("match", "TOPIC/1", true)]
    [InlineData("match_exact", "TOPIC/1", true)]
    [InlineData("match", "*", true)]
    [InlineData("match_urlpattern", "*", true)]
    [InlineData("match_urlpattern", "TOPIC/:id", true)]
    [InlineData("match_urlpattern", "TOPIC/([0-9]+)", true)]
    [InlineData("match_urlpattern", "TOPIC/{1}?", true)]
    [InlineData("match", "TOPIC/:id", false)]
    [InlineData("match", "TOPIC/{id}", false)]
    [InlineData("match", "TOPIC/%31", false)]
    [InlineData("match_urlpattern", "TOPIC/:id/more", false)]
    [Sentence("8.6", "8.19", "8.22", "8.25", "8.27", "8.28", "8.31")]
    public async Task Subscribe_Matcher_MatchesByItsType(string name, string matcher, bool found)
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync([(name, matcher.Replace("TOPIC", topic, StringComparison.Ordinal)), ("match", topic + "/end")]);
        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.MediaType);
        await Hub.PublishAsync(topic + "/1", "wanted");
        await Hub.PublishAsync(topic + "/end", "end");
        Assert.Equal(found, (await stream.ReadUntilAsync("data: end\n\n")).Contains("data: wanted\n", StringComparison.Ordinal));
    }

    [Fact]
    [Sentence("8.32", "8.29")]
    public async Task Subscribe_RelativePattern_IsResolvedAgainstTheHubUrl()
    {
        string part = "rel" + Guid.NewGuid().ToString("n");
        string absolute = new Uri(Hub.Hub.Address, $"/{part}/2").AbsoluteUri;
        using OpenStream pattern = await Hub.OpenAsync("match_urlpattern", $"/{part}/:id");
        using OpenStream exact = await Hub.OpenAsync([("match", $"/{part}/2"), ("match", part)]);
        await Hub.PublishAsync($"/{part}/1", "relative");
        await Hub.PublishAsync(absolute, "absolute");
        await Hub.PublishAsync($"https://elsewhere.example/{part}/3", "elsewhere");
        await Hub.PublishAsync(part, "end", ("topic", $"/{part}/end"));
        string text = await pattern.ReadUntilAsync("data: end\n\n");
        Assert.Contains("data: relative\n", text, StringComparison.Ordinal);
        Assert.Contains("data: absolute\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere", text, StringComparison.Ordinal);
        Assert.DoesNotContain("absolute", await exact.ReadUntilAsync("data: end\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("8.33", "8.34")]
    public async Task Subscribe_Pattern_IsCaseSensitiveAndSkipsTopicsThatAreNotUrls()
    {
        string host = $"h{Guid.NewGuid():n}.example";
        using OpenStream stream = await Hub.OpenAsync([("match_urlpattern", $"https://{host.ToUpperInvariant()}/Books/:id"), ("match_urlpattern", $"https://{host}/end")]);
        await Hub.PublishAsync($"https://{host}/books/1", "lower");
        await Hub.PublishAsync($"https://{host}:bad/Books/1", "no url");
        await Hub.PublishAsync($"HTTPS://{host}/Books/1", "right");
        await Hub.PublishAsync($"https://{host}/end", "end");
        string text = await stream.ReadUntilAsync("data: end\n\n");
        Assert.Contains("data: right\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("lower", text, StringComparison.Ordinal);
        Assert.DoesNotContain("no url", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("matchExact")]
    [InlineData("MATCH")]
    [InlineData("match_regexp")]
    [InlineData("match_URLPattern")]
    [InlineData("match_")]
    [InlineData("matches")]
    [Sentence("8.6", "8.9")]
    public async Task Subscribe_UnknownMatchName_Is400(string name) =>
        Assert.Equal(400, await Hub.StatusAsync([("match", "a"), (name, "a")]));

    [Theory]
    [InlineData("match", "")]
    [InlineData("match", "a\nb")]
    [InlineData("match", "a\u0085b")]
    [InlineData("match", "a\u202Eb")]
    [InlineData("match", "a\u200Bb")]
    [InlineData("match_urlpattern", "https://example.com/(")]
    [InlineData("match_urlpattern", "https://example.com/(a(b))")]
    [InlineData("match_urlpattern", "https://example.com/(?=a)b")]
    [InlineData("match_urlpattern", "https://example.com/:id/:id")]
    [InlineData("match_urlpattern", "https://exa mple.com/{")]
    [Sentence("8.10", "8.11")]
    public async Task Subscribe_InvalidMatcher_Is400(string name, string value) => Assert.Equal(400, await Hub.StatusAsync([(name, value)]));

    [Fact]
    [Sentence("8.7", "8.10")]
    public async Task Subscribe_Query_IsReadAsAForm()
    {
        string topic = "form " + fixture.NewTopic() + "?a=b&c;d%";
        string encoded = Uri.EscapeDataString(topic).Replace("%20", "+", StringComparison.Ordinal);
        using OpenStream stream = await OpenStream.FromAsync(await Hub.SendAsync(HttpMethod.Get, $"{MercureHub.Path}?m%61tch={encoded}&unknown=1&"));
        await stream.ReadUntilAsync("retry: ");
        await Hub.PublishAsync(topic, "found");
        await stream.ReadUntilAsync("data: found\n\n");
        using HttpResponseMessage noText = await Hub.SendAsync(HttpMethod.Get, MercureHub.Path + "?match=%ff");
        Assert.Equal(HttpStatusCode.BadRequest, noText.StatusCode);
    }

    [Fact]
    [Sentence("8.12", "8.13")]
    public async Task Subscribe_TooManyOrTooLong_Is400()
    {
        Assert.Equal(400, await Hub.StatusAsync([.. Enumerable.Range(0, 1_001).Select(static n => ("match", $"t{n}"))]));
        Assert.Equal(400, await Hub.StatusAsync([("match", new string('a', 2_049))]));
        Assert.Equal(400, await Hub.StatusAsync([("match_urlpattern", "/" + new string('a', 2_048))]));
    }

    [Fact]
    [Sentence("8.23")]
    public async Task Subscribe_UpdateWithEverything_Arrives()
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync("match", topic);
        using HttpResponseMessage published = await Hub.PostAsync(
            Hub.CurrentPublisher(topic), ("topic", topic), ("data", "x"), ("id", topic + "#1"), ("type", "changed"), ("retry", "99999999999"));
        Assert.Equal(200, (int)published.StatusCode);
        Assert.EndsWith($"id: {topic}#1\nevent: changed\nretry: 2147483647\ndata: x\n\n", await stream.ReadUntilAsync("data: x\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("8.4", "8.175", "8.176")]
    public async Task Query_BodyAndUrl_AreCombined()
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic + "/1", "one");
        string second = await Hub.PublishAsync(topic + "/1", "two");
        string third = await Hub.PublishAsync(topic + "/2", "three");
        await Hub.PublishAsync(topic + "/2", "four");
        string Form(params (string, string)[] fields) => MercureHub.Query(fields)[1..];
        using OpenStream both = await QueryAsync(MercureHub.Query(("match", topic + "/1"), ("last_event_id", first)), Form(("match", topic + "/2"), ("last_event_id", third)));
        string text = await both.ReadUntilAsync("data: four\n\n");
        Assert.Contains("data: two\n", text, StringComparison.Ordinal);
        Assert.Contains("data: three\n", text, StringComparison.Ordinal);
        Assert.Equal(first, Assert.Single(both.Response.Headers.GetValues("Mercure-Last-Event-ID")));
        using OpenStream body = await QueryAsync("", Form(("match_urlpattern", topic + "/:n"), ("last_event_id", second)));
        Assert.DoesNotContain("data: two", await body.ReadUntilAsync("data: four\n\n"), StringComparison.Ordinal);
        using OpenStream header = await QueryAsync("?last_event_id=" + Uri.EscapeDataString(first), Form(("match", topic + "/2")), third);
        Assert.DoesNotContain("data: three", await header.ReadUntilAsync("data: four\n\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, null)]
    [InlineData(415, "application/json")]
    [InlineData(400, "application/x-www-form-urlencoded")]
    [Sentence("8.177")]
    public async Task Query_BodyNotAForm_IsRejected(int status, string? contentType)
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(contentType == "application/x-www-form-urlencoded" ? "match=%ff" : "match=a"));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using HttpResponseMessage response = await Hub.Hub.Http.SendAsync(new HttpRequestMessage(new HttpMethod("QUERY"), MercureHub.Path) { Content = content });
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(200, "text/event-stream")]
    [InlineData(200, "text/*, application/json;q=0.9")]
    [InlineData(200, "application/json, */*;q=0.1")]
    [InlineData(200, "what?")]
    [InlineData(406, "application/json")]
    [InlineData(406, "text/event-stream;q=0, */*")]
    [Sentence("8.178")]
    public async Task Subscribe_Accept_MustAllowAStream(int status, string accept) =>
        Assert.Equal(status, await Hub.StatusAsync([("match", "a")], null, ("Accept", accept)));

    private async Task<OpenStream> QueryAsync(string query, string form, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(new HttpMethod("QUERY"), MercureHub.Path + query)
        {
            Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        HttpResponseMessage response = await Hub.Hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await OpenStream.FromAsync(response);
    }
}
