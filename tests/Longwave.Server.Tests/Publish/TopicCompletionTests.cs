using System.Net;
using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Publish;

/// <summary>The completion of a topic over HTTP: how publishers say it, and what each kind of client receives.</summary>
public sealed class TopicCompletionTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Fact]
    public async Task Publish_WithComplete_AppendsTheEventAndTheCompletion()
    {
        string topic = fixture.NewTopic();
        using HttpResponseMessage published = await Hub.PostAsync($"/v1/events?topic={topic}&type=done&complete=true", "last");
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        JsonElement[] events = await EventsAsync(topic);
        Assert.Equal(["done", "longwave.complete"], events.Select(static e => e.GetProperty("type").GetString()));
        Assert.Equal((await TestHub.ReadJsonAsync(published)).GetProperty("id").GetString(), events[0].GetProperty("id").GetString());
        Assert.Equal($"{{\"topic\":\"{topic}\"}}", events[1].GetProperty("data").GetString());
    }

    [Theory]
    [InlineData("&complete=true", "", null)]
    [InlineData("&type=longwave.complete", "ignored", null)]
    [InlineData("&complete=true", "", "application/x-ndjson")]
    [InlineData("", "{\"complete\":true}", "application/x-ndjson")]
    [InlineData("", "{\"type\":\"longwave.complete\"}", "application/x-ndjson")]
    [InlineData("", "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"longwave.complete\"}", "application/cloudevents+json")]
    public async Task Publish_OnlyTheCompletion_AppendsNothingElseAndIsIdempotent(string query, string body, string? contentType)
    {
        string topic = fixture.NewTopic();
        using HttpResponseMessage first = await Hub.PostAsync($"/v1/events?topic={topic}{query}", body, contentType);
        using HttpResponseMessage again = await Hub.PostAsync($"/v1/events?topic={topic}&complete=true", "");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        JsonElement completion = Assert.Single(await EventsAsync(topic));
        Assert.Equal("longwave.complete", completion.GetProperty("type").GetString());
        JsonElement repeat = await TestHub.ReadJsonAsync(again);
        Assert.True(repeat.GetProperty("duplicate").GetBoolean());
        Assert.Equal(completion.GetProperty("id").GetString(), repeat.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Publish_LinesWithComplete_CompleteTheirTopics()
    {
        (string one, string two) = (fixture.NewTopic(), fixture.NewTopic());
        string lines = $"{{\"topic\":\"{one}\",\"data\":\"a\"}}\n{{\"topic\":\"{one}\",\"data\":\"\",\"complete\":true}}\n{{\"topic\":\"{two}\",\"complete\":true}}\n";
        using HttpResponseMessage published = await Hub.PostAsync("/v1/events", lines, "application/x-ndjson");
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        Assert.Equal(["a", "", $"{{\"topic\":\"{one}\"}}"], (await EventsAsync(one)).Select(static e => e.GetProperty("data").GetString()));
        Assert.Single(await EventsAsync(two));
    }

    [Fact]
    public async Task Publish_AfterTheCompletion_Is409AndARepeatOfTheLastRequestIsNot()
    {
        string topic = fixture.NewTopic();
        (string, string) key = ("Idempotency-Key", "last");
        using HttpResponseMessage last = await Hub.PostAsync($"/v1/events?topic={topic}&complete=true", "last", null, key);
        using HttpResponseMessage repeat = await Hub.PostAsync($"/v1/events?topic={topic}&complete=true", "last", null, key);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (last.StatusCode, repeat.StatusCode));
        Assert.Equal((await TestHub.ReadJsonAsync(last)).GetProperty("id").GetString(), (await TestHub.ReadJsonAsync(repeat)).GetProperty("id").GetString());
        using HttpResponseMessage late = await Hub.PostAsync($"/v1/events?topic={topic}", "late");
        JsonElement problem = await TestHub.AssertProblemAsync(late, 409, "topic-complete", "topic");
        Assert.Contains("Publish to a new topic", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?topic=t&complete=yes", null, "invalid-parameter", "complete")]
    [InlineData("?complete=true", "application/x-ndjson", "missing-parameter", "topic")]
    [InlineData("?topic=t&type=longwave.gap", null, "invalid-event", "type")]
    [InlineData("?topic=t&topic=u&type=longwave.complete", null, "invalid-event", "topic")]
    public async Task Publish_InvalidCompletion_Is400(string query, string? contentType, string problem, string field)
    {
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events{query}", "", contentType);
        await TestHub.AssertProblemAsync(response, 400, problem, field);
    }

    [Theory]
    [InlineData("text/event-stream", "", "event: longwave.complete\ndata: {\"topic\":\"TOPIC\"}\n\n", "event: longwave.closed\ndata: {\"reason\":\"complete\"}\n\n")]
    [InlineData("text/event-stream", "&format=cloudevents", "\"type\":\"longwave.complete\"", "event: longwave.closed\ndata: {\"reason\":\"complete\"}\n\n")]
    [InlineData("application/x-ndjson", "", "\"type\":\"longwave.complete\"", "{\"type\":\"longwave.closed\",\"data\":\"{\\\"reason\\\":\\\"complete\\\"}\"}\n")]
    public async Task Stream_TopicCompletes_EndsAndTheNextRequestIs204(string media, string query, string completion, string end)
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}{query}", media);
        using HttpResponseMessage published = await Hub.PostAsync($"/v1/events?topic={topic}&complete=true", "last");
        string text = await stream.ReadToEndAsync();
        Assert.Contains(completion.Replace("TOPIC", topic, StringComparison.Ordinal), text, StringComparison.Ordinal);
        Assert.EndsWith(end, text, StringComparison.Ordinal);

        // What EventSource sends: the last id of the stream, which is that of its end.
        string position = Hub.Engine.Tip.ToString();
        using HttpResponseMessage next = await Hub.GetAsync($"?topic={topic}{query}", media, ("Last-Event-ID", position));
        using HttpResponseMessage live = await Hub.GetAsync($"?topic={topic}{query}", media);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (next.StatusCode, live.StatusCode));
        Assert.Equal("no-store", next.Headers.CacheControl?.ToString());
        using HttpResponseMessage other = await Hub.GetAsync($"?topic={topic}&topic={topic}-2{query}", media);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Poll_TopicCompletes_ReturnsTheCompletionAndThen204()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "a");
        using HttpResponseMessage completed = await Hub.PostAsync($"/v1/events?topic={topic}&complete=true", "");
        JsonElement answer = await Hub.PollAsync($"?topic={topic}&since=earliest&wait=20");
        Assert.Equal(["message", "longwave.complete"], answer.GetProperty("events").EnumerateArray().Select(static e => e.TryGetProperty("type", out JsonElement type) ? type.GetString() : "message"));
        using HttpResponseMessage next = await Hub.GetAsync($"?topic={topic}&last_event_id={answer.GetProperty("next")}&wait=20", "application/json");
        Assert.Equal(HttpStatusCode.NoContent, next.StatusCode);
    }

    [Fact]
    public async Task Stream_SinceATimeAfterTheCompletion_EndsWithAPositionForTheNextRequest()
    {
        string topic = fixture.NewTopic();
        using HttpResponseMessage completed = await Hub.PostAsync($"/v1/events?topic={topic}&complete=true", "");
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=2100-01-01T00:00:00Z");
        string text = await stream.ReadToEndAsync();
        string id = text[(text.LastIndexOf("id: ", StringComparison.Ordinal) + 4)..].Split('\n')[0];
        using HttpResponseMessage next = await Hub.GetAsync($"?topic={topic}&since=2100-01-01T00:00:00Z", null, ("Last-Event-ID", id));
        Assert.Equal(HttpStatusCode.NoContent, next.StatusCode);
    }

    [Fact]
    public async Task Topics_CompleteTopic_SaysSo()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "a");
        Assert.False((await TopicAsync(topic)).TryGetProperty("complete", out _));
        using HttpResponseMessage completed = await Hub.PostAsync($"/v1/events?topic={topic}&complete=true", "");
        Assert.True((await TopicAsync(topic)).GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task Mercure_CompleteTopic_EndsTheStreamAndAnswers204And409()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Mercure.Enabled = true);
        using var query = new HttpRequestMessage(HttpMethod.Get, "/.well-known/mercure?topic=https://example.com/1");
        using HttpResponseMessage response = await hub.Http.SendAsync(query, HttpCompletionOption.ResponseHeadersRead);
        using OpenStream stream = await OpenStream.FromAsync(response);
        using HttpResponseMessage completed = await hub.PostAsync("/v1/events?topic=https://example.com/1&complete=true", "");
        Assert.EndsWith("event: longwave.closed\ndata: {\"reason\":\"complete\"}\n\n", await stream.ReadToEndAsync(), StringComparison.Ordinal);
        using HttpResponseMessage next = await hub.Http.GetAsync(new Uri("/.well-known/mercure?topic=https://example.com/1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, next.StatusCode);
        using HttpResponseMessage late = await hub.PostAsync("/.well-known/mercure", "topic=https://example.com/1&data=x", "application/x-www-form-urlencoded");
        await TestHub.AssertProblemAsync(late, 409, "topic-complete", "topic");
    }

    private async Task<JsonElement[]> EventsAsync(string topic) =>
        [.. (await Hub.PollAsync($"?topic={topic}&since=earliest")).GetProperty("events").EnumerateArray()];

    private async Task<JsonElement> TopicAsync(string topic)
    {
        using HttpResponseMessage response = await Hub.Http.GetAsync(new Uri($"/v1/topics?topic={topic}", UriKind.Relative));
        return Assert.Single((await TestHub.ReadJsonAsync(response)).GetProperty("topics").EnumerateArray().ToArray());
    }
}
