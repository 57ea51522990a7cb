using System.Net;
using System.Text.Json;
using Longwave.Protocol.Positions;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Publish;

namespace Longwave.Server.Tests.Subscribe;

public sealed class PollTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Fact]
    public async Task Poll_NoEvents_ReturnsAtOnceWithTheTip()
    {
        await Hub.PublishAsync(fixture.NewTopic(), "of another topic");
        Position tip = Hub.Engine.Tip;
        using HttpResponseMessage response = await Hub.GetAsync($"?topic={fixture.NewTopic()}", "application/json");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Equal($"{{\"events\":[],\"next\":\"{tip}\"}}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Poll_FollowingNext_ReturnsEveryEventOnceForAnyLimit()
    {
        string topic = fixture.NewTopic();
        string[] ids = new string[25];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = await Hub.PublishAsync(topic, $"{i}");
            await Hub.PublishAsync(topic + "-other", $"{i}");
        }

        var seen = new List<string?>();
        string next = "";
        string query = $"?topic={topic}&since=earliest&limit=7";
        do
        {
            JsonElement answer = await Hub.PollAsync(query);
            JsonElement events = answer.GetProperty("events");
            Assert.InRange(events.GetArrayLength(), 0, 7);
            seen.AddRange(events.EnumerateArray().Select(e => e.GetProperty("id").GetString()));
            next = answer.GetProperty("next").GetString()!;
            query = $"?topic={topic}&limit=7&last_event_id={next}";
            if (events.GetArrayLength() == 0)
            {
                break;
            }
        }
        while (seen.Count < 100);

        Assert.Equal(ids, seen);
        Assert.Equal(Hub.Engine.Tip.ToString(), next);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&format=cloudevents")]
    public async Task Poll_WithWait_ReturnsWhenTheFirstEventArrives(string format)
    {
        string topic = fixture.NewTopic();
        Task<JsonElement> poll = Hub.PollAsync($"?topic={topic}&wait=20{format}");
        string id;
        do
        {
            // The poll misses events published before it is registered: publish until it completes.
            id = await Hub.PublishAsync(topic, "x");
        }
        while (!poll.IsCompleted);
        JsonElement answer = await poll;
        JsonElement e = answer.GetProperty("events").EnumerateArray().Last();
        Assert.Equal("x", e.GetProperty("data").GetString());
        Assert.Equal(e.GetProperty(format.Length > 0 ? "position" : "id").GetString(), answer.GetProperty("next").GetString());
        Assert.True(Position.TryParse(id, out _));
    }

    [Fact]
    public async Task Poll_WaitEnds_ReturnsNoEvents()
    {
        JsonElement answer = await Hub.PollAsync($"?topic={fixture.NewTopic()}&wait=1");
        Assert.Empty(answer.GetProperty("events").EnumerateArray());
        Assert.True(Position.TryParse(answer.GetProperty("next").GetString(), out Position next));
        Assert.Equal(Hub.Engine.Tip.Epoch, next.Epoch);
    }

    [Fact]
    public async Task Poll_WaitWithPendingEvents_ReturnsAtOnce()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "1");
        await Hub.PublishAsync(topic, "2");
        JsonElement answer = await Hub.PollAsync($"?topic={topic}&since=earliest&wait=60");
        Assert.Equal(2, answer.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task Poll_CloudEventsWithOwnIds_ReturnsPositions()
    {
        string topic = fixture.NewTopic();
        string body = CloudEventsPublishTests.Event("own-1", "1") + "\n" + CloudEventsPublishTests.Event("own-2", "2");
        using HttpResponseMessage published = await Hub.PostAsync($"/v1/events?topic={topic}", body, "application/x-ndjson");
        JsonElement ids = (await TestHub.ReadJsonAsync(published)).GetProperty("ids");
        JsonElement first = await Hub.PollAsync($"?topic={topic}&since=earliest&limit=1&format=cloudevents");
        Assert.Equal("own-1", first.GetProperty("events")[0].GetProperty("id").GetString());
        Assert.Equal(ids[0].GetString(), first.GetProperty("next").GetString());
        JsonElement second = await Hub.PollAsync($"?topic={topic}&last_event_id={first.GetProperty("next").GetString()}&format=cloudevents");
        Assert.Equal("own-2", Assert.Single(second.GetProperty("events").EnumerateArray()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Poll_MoreBytesThanOneResponse_ReturnsTheRestNext()
    {
        await using TestHub small = await TestHub.StartAsync(options => options.Server.MaxPollBytes = 1_024);
        for (int i = 0; i < 5; i++)
        {
            await small.PublishAsync("a", $"{i}{new string('x', 700)}");
        }

        JsonElement first = await small.PollAsync("?topic=a&since=earliest");
        Assert.Equal(2, first.GetProperty("events").GetArrayLength());
        JsonElement second = await small.PollAsync($"?topic=a&last_event_id={first.GetProperty("next").GetString()}");
        Assert.StartsWith("2x", second.GetProperty("events")[0].GetProperty("data").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wait=-1", "wait")]
    [InlineData("wait=1.5", "wait")]
    [InlineData("wait=", "wait")]
    [InlineData("wait=ten", "wait")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=000", "limit")]
    [InlineData("limit=+1", "limit")]
    [InlineData("limit=%EF%BC%91", "limit")]
    public async Task Poll_WrongNumber_IsRejected(string parameter, string field)
    {
        using HttpResponseMessage response = await Hub.GetAsync($"?topic=a&{parameter}", "application/json");
        await TestHub.AssertProblemAsync(response, 400, "invalid-parameter", field);
    }

    [Fact]
    public async Task Poll_NumbersOverTheLimits_AreClamped()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "1");
        JsonElement answer = await Hub.PollAsync($"?topic={topic}&since=earliest&limit=99999999999999999999&wait=99999999999999999999");
        Assert.Single(answer.GetProperty("events").EnumerateArray());
    }

    [Fact]
    public async Task Poll_DuringADrain_EndsWithAResponse()
    {
        await using TestHub hub = await TestHub.StartAsync();
        Task<HttpResponseMessage> poll = hub.GetAsync("?topic=a&wait=60", "application/json");
        while (hub.Engine.ConnectionCount == 0 && !poll.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        await hub.StopAsync();
        using HttpResponseMessage response = await poll;
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{response.StatusCode}");
    }
}
