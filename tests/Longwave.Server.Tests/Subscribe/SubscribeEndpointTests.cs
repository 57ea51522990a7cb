using System.Net;
using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

public sealed class SubscribeEndpointTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Fact]
    public async Task Get_WithoutAccept_StreamsServerSentEventsWithTheRightHeaders()
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}");
        await stream.ReadUntilAsync("retry: ");
        Assert.StartsWith($": {Hub.Engine.Tip}\nretry: ", stream.Text, StringComparison.Ordinal);
        HttpResponseMessage response = stream.Response;
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-store, no-transform", response.Headers.CacheControl?.ToString());
        Assert.Equal("no", Assert.Single(response.Headers.GetValues("X-Accel-Buffering")));
        Assert.Equal("Accept, Origin", string.Join(", ", response.Headers.Vary));
        Assert.False(response.Headers.Contains("Server"));
        Assert.Empty(response.Content.Headers.ContentEncoding);

        string id = await Hub.PublishAsync(topic, "one\r\ntwo\rthree\nfour", "kind");
        await stream.ReadUntilAsync("four\n\n");
        Assert.Equal($"id: {id}\nevent: kind\ndata: one\ndata: two\ndata: three\ndata: four\n\n", stream.Events);
    }

    [Fact]
    public async Task Get_SinceEarliest_ReplaysInOrderThenContinuesLive()
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic, "1");
        string second = await Hub.PublishAsync(topic, "2");
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=earliest");
        await stream.ReadUntilAsync("data: 2\n\n");
        string third = await Hub.PublishAsync(topic, "3");
        await stream.ReadUntilAsync("data: 3\n\n");
        Assert.Equal($"id: {first}\ndata: 1\n\nid: {second}\ndata: 2\n\nid: {third}\ndata: 3\n\n", stream.Events);
    }

    [Theory]
    [InlineData("text/event-stream")]
    [InlineData("application/x-ndjson")]
    [InlineData("application/json")]
    public async Task Get_SpellingOfAPolyfillAndCacheBuster_ResumesAfterTheId(string accept)
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic, "1");
        string second = await Hub.PublishAsync(topic, "2");
        string query = $"?topic={topic}&lastEventId={first}&_=1764321000000";
        if (accept == "application/json")
        {
            JsonElement poll = await Hub.PollAsync(query);
            Assert.Equal(second, Assert.Single(poll.GetProperty("events").EnumerateArray()).GetProperty("id").GetString());
            return;
        }

        using OpenStream stream = await Hub.OpenAsync(query, accept);
        (string firstData, string secondData) = accept == "text/event-stream" ? ("data: 1\n", "data: 2\n") : ("\"1\"", "\"2\"");
        Assert.DoesNotContain(firstData, await stream.ReadUntilAsync(secondData), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_LastEventIdByHeaderOrQuery_ResumesAfterIt(bool header)
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic, "1");
        string second = await Hub.PublishAsync(topic, "2");
        using OpenStream stream = header
            ? await Hub.OpenAsync($"?topic={topic}&last_event_id={second}", null, ("Last-Event-ID", first))
            : await Hub.OpenAsync($"?topic={topic}&last_event_id={first}");
        await stream.ReadUntilAsync("data: 2\n\n");
        Assert.Equal($"id: {second}\ndata: 2\n\n", stream.Events);
    }

    [Fact]
    public async Task Get_SinceTime_StartsWithTheFirstEventAtOrAfterIt()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "1");
        JsonElement poll = await Hub.PollAsync($"?topic={topic}&since=earliest");
        string time = poll.GetProperty("events")[0].GetProperty("time").GetString()!;
        Assert.Single((await Hub.PollAsync($"?topic={topic}&since={time}")).GetProperty("events").EnumerateArray());
        Assert.Empty((await Hub.PollAsync($"?topic={topic}&since=9999-01-01T00:00:00Z")).GetProperty("events").EnumerateArray());
        Assert.Single((await Hub.PollAsync($"?topic={topic}&since=2001-01-01T00:00:00%2B02:00")).GetProperty("events").EnumerateArray());
        Assert.Single((await Hub.PollAsync($"?topic={topic}&since=2001-01-01T00:00:00+02:00")).GetProperty("events").EnumerateArray());
        foreach (string duration in (string[])["30m", "3600s", "2h", "1d", "999999999d"])
        {
            Assert.Single((await Hub.PollAsync($"?topic={topic}&since={duration}")).GetProperty("events").EnumerateArray());
        }

        Assert.Single((await Hub.PollAsync($"?topic={topic}&last_event_id=0")).GetProperty("events").EnumerateArray());
        Assert.Single((await Hub.PollAsync($"?topic={topic}&last_event_id=earliest")).GetProperty("events").EnumerateArray());
    }

    [Fact]
    public async Task Get_TypeFilter_GivesOnlyThoseTypes()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "plain");
        await Hub.PublishAsync(topic, "a", "alpha");
        await Hub.PublishAsync(topic, "b", "beta");
        JsonElement some = await Hub.PollAsync($"?topic={topic}&since=earliest&type=alpha&type=message");
        Assert.Equal(["plain", "a"], some.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("data").GetString()));
    }

    [Fact]
    public async Task Get_SeveralSelectors_GivesEachEventOnce()
    {
        string prefix = fixture.NewTopic();
        await Hub.PublishAsync($"{prefix}/a", "1");
        await Hub.PublishAsync($"{prefix}/b", "2");
        await Hub.PublishAsync($"other-{prefix}", "3");
        string template = Uri.EscapeDataString($"{prefix}/{{name}}");
        JsonElement poll = await Hub.PollAsync($"?topic={template}&topic={prefix}/a&topic={prefix}/a&since=earliest");
        Assert.Equal(["1", "2"], poll.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("data").GetString()));
    }

    [Fact]
    public async Task Get_AlternateTopic_GivesTheEventOnce()
    {
        string topic = fixture.NewTopic();
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}&topic={topic}-alt&topic={topic}", "x");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonElement poll = await Hub.PollAsync($"?topic={topic}-alt&topic={topic}&since=earliest");
        JsonElement e = Assert.Single(poll.GetProperty("events").EnumerateArray());
        Assert.Equal([topic, $"{topic}-alt"], e.GetProperty("topics").EnumerateArray().Select(t => t.GetString()));
    }

    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("application/ndjson, text/event-stream;q=0.9")]
    [InlineData("application/*;q=0.8, application/json;q=0.1")]
    public async Task Get_Ndjson_StreamsLines(string accept)
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "line\none");
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=earliest", accept);
        await stream.ReadUntilAsync("one\"}\n");
        Assert.Equal("application/x-ndjson", stream.Response.Content.Headers.ContentType?.ToString());
        string[] lines = stream.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("longwave.tip", JsonDocument.Parse(lines[0]).RootElement.GetProperty("type").GetString());
        Assert.Equal("line\none", JsonDocument.Parse(lines[1]).RootElement.GetProperty("data").GetString());
    }

    [Theory]
    [InlineData("text/event-stream", "data: {")]
    [InlineData("application/x-ndjson", "{\"specversion\"")]
    public async Task Get_FormatCloudEvents_GivesCloudEvents(string accept, string begin)
    {
        string topic = fixture.NewTopic();
        string id = await Hub.PublishAsync(topic, "hello");
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=earliest&format=cloudevents", accept);
        string text = await stream.ReadUntilAsync("hello");
        int start = text.IndexOf(begin, StringComparison.Ordinal) + begin.IndexOf('{', StringComparison.Ordinal);
        await stream.ReadUntilAsync("}\n");
        JsonElement e = JsonDocument.Parse(stream.Text[start..stream.Text.LastIndexOf('}')] + "}").RootElement;
        Assert.Equal("1.0", e.GetProperty("specversion").GetString());
        Assert.Equal(id, e.GetProperty("id").GetString());
        Assert.Equal(id, e.GetProperty("position").GetString());
        Assert.Equal("/v1/events", e.GetProperty("source").GetString());
        Assert.Equal("message", e.GetProperty("type").GetString());
        Assert.Equal(topic, e.GetProperty("topic").GetString());
        Assert.Equal("hello", e.GetProperty("data").GetString());
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("00000000-1")]
    [InlineData("ffffffff-99999999999999999999999999")]
    [InlineData("%F0%9F%9A%80")]
    public async Task Get_UnusableLastEventId_SendsAReset(string id)
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "kept");
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=earliest&last_event_id={id}");
        await stream.ReadUntilAsync("data: kept\n\n");
        Assert.StartsWith("event: longwave.reset\ndata: {", stream.Events, StringComparison.Ordinal);

        JsonElement poll = await Hub.PollAsync($"?topic={topic}&last_event_id={id}");
        Assert.Equal("longwave.reset", Assert.Single(poll.GetProperty("notices").EnumerateArray()).GetProperty("type").GetString());
        Assert.Empty(poll.GetProperty("events").EnumerateArray());
    }

    [Theory]
    [InlineData("\u00ff\u00fe\u0080")]
    [InlineData("a,b;c\"")]
    [InlineData("   ")]
    public async Task Get_AnyBytesInLastEventIdHeader_AreNeverRejected(string latin1)
    {
        using RawConnection connection = await RawConnection.OpenAsync(Hub.Address);
        await connection.SendAsync($"GET /v1/events?topic=x HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: {latin1}\r\n\r\n");
        await connection.ReadUntilAsync("retry: ");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", connection.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_VeryLongLastEventId_SendsAReset()
    {
        using OpenStream stream = await Hub.OpenAsync("?topic=x", null, ("Last-Event-ID", new string('é', 8_000)));
        await stream.ReadUntilAsync("longwave.reset");
    }

    [Theory]
    [InlineData("", "missing-parameter", "topic")]
    [InlineData("?topic=", "invalid-selector", "topic")]
    [InlineData("?topic={", "invalid-selector", "topic")]
    [InlineData("?topic=a%00b", "invalid-selector", "topic")]
    [InlineData("?topic=a%0Ab", "invalid-selector", "topic")]
    [InlineData("?topic=%ff", "invalid-utf8", "topic")]
    [InlineData("?topic=a&type=", "invalid-parameter", "type")]
    [InlineData("?topic=a&type=a%0Db", "invalid-parameter", "type")]
    [InlineData("?topic=a&format=xml", "invalid-parameter", "format")]
    [InlineData("?topic=a&since=yesterday", "invalid-parameter", "since")]
    [InlineData("?topic=a&since=2026-11-23", "invalid-parameter", "since")]
    [InlineData("?topic=a&since=10", "invalid-parameter", "since")]
    [InlineData("?topic=a&since=m", "invalid-parameter", "since")]
    [InlineData("?topic=a&since=-10m", "invalid-parameter", "since")]
    [InlineData("?topic=a&since=1.5h", "invalid-parameter", "since")]
    [InlineData("?topic=a&since=1000000000s", "invalid-parameter", "since")]
    [InlineData("?topic=a&fields=type", "invalid-parameter", "fields")]
    [InlineData("?topic=a&fields=topic&fields=topic", "repeated-parameter", "fields")]
    [InlineData("?topic=a&since=2026-11-23T06:57:00", "invalid-parameter", "since")]
    [InlineData("?topic=a&since=2026-13-23T06:57:00Z", "invalid-parameter", "since")]
    [InlineData("?topic=a&since=", "invalid-parameter", "since")]
    [InlineData("?topic=a&since=earliest&since=earliest", "repeated-parameter", "since")]
    [InlineData("?topic=a&last_event_id=a&last_event_id=b", "repeated-parameter", "last_event_id")]
    [InlineData("?topic=a&topics=b", "unknown-parameter", "topics")]
    [InlineData("?topic=a&Topic=b", "unknown-parameter", "Topic")]
    [InlineData("?topic=a&=", "unknown-parameter", "")]
    [InlineData("?topic=a&wait=1", "invalid-parameter", "wait")]
    [InlineData("?topic=a&limit=1", "invalid-parameter", "limit")]
    public async Task Get_WrongParameter_IsRejectedAndNamed(string query, string problem, string field)
    {
        using HttpResponseMessage response = await Hub.GetAsync(query);
        await TestHub.AssertProblemAsync(response, 400, problem, field);
    }

    [Theory]
    [InlineData("/v1/events?topic=100%", "invalid-parameter")]
    [InlineData("/v1/events?topic=100%zz", "invalid-parameter")]
    [InlineData("/v1/events?topic=%E2%82", "invalid-utf8")]
    [InlineData("/v1/events?topic=%C0%80", "invalid-utf8")]
    [InlineData("/v1/events?top%ic=a", "invalid-parameter")]
    public async Task Get_BrokenEncoding_IsRejected(string target, string problem)
    {
        string answer = await RawConnection.RoundTripAsync(Hub.Address, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("/problems/" + problem, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_MisspeltParameter_SuggestsTheNearestName()
    {
        using HttpResponseMessage response = await Hub.GetAsync("?topic=a&last-event-id=x");
        JsonElement problem = await TestHub.AssertProblemAsync(response, 400, "unknown-parameter", "last-event-id");
        Assert.Contains("`last_event_id`", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/event-stream;q=0")]
    [InlineData("*/*;q=0")]
    [InlineData("nonsense")]
    [InlineData("*/json")]
    public async Task Get_NothingAcceptable_Is406(string accept)
    {
        using HttpResponseMessage response = await Hub.GetAsync("?topic=a", accept);
        await TestHub.AssertProblemAsync(response, 406, "not-acceptable", "Accept");
    }

    [Fact]
    public async Task Get_TooManySelectorsAndTypes_AreRejected()
    {
        string many = string.Concat(Enumerable.Range(0, 1_001).Select(i => $"&topic=t{i}"));
        using HttpResponseMessage topics = await Hub.GetAsync("?" + many);
        await TestHub.AssertProblemAsync(topics, 400, "too-many-selectors", "topic");
        using HttpResponseMessage types = await Hub.GetAsync("?topic=a" + many.Replace("topic", "type", StringComparison.Ordinal));
        await TestHub.AssertProblemAsync(types, 400, "too-many-selectors", "type");
    }

    [Fact]
    public async Task Get_AThousandSelectors_AreAccepted()
    {
        string topic = fixture.NewTopic();
        string many = string.Concat(Enumerable.Range(0, 999).Select(i => $"&topic={topic}/{i}"));
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}{many}");
        await stream.ReadUntilAsync("retry: ");
        await Hub.PublishAsync($"{topic}/998", "last");
        await stream.ReadUntilAsync("data: last\n\n");
    }
}
