using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>The topic of an event on a stream of raw data (protocol section 5.2).</summary>
public sealed class TopicFieldTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Theory]
    [InlineData("&since=earliest")]
    [InlineData("")]
    public async Task Get_FieldsTopic_EveryEventHasItsTopics(string since)
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}/*&fields=topic{since}");
        await stream.ReadUntilAsync("retry: ");
        string first = await Hub.PublishAsync($"{topic}/a", "1\n2", "kind");
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}/b&topic={topic}/%C3%A9%20%F0%9F%8C%8A", "3");
        string second = (await TestHub.ReadJsonAsync(response)).GetProperty("id").GetString()!;
        await stream.ReadUntilAsync("data: 3\n\n");
        Assert.Equal(
            $"id: {first}\nevent: kind\ntopic: {topic}/a\ndata: 1\ndata: 2\n\nid: {second}\ntopic: {topic}/b\ntopic: {topic}/é 🌊\ndata: 3\n\n",
            stream.Events);
    }

    [Fact]
    public async Task Get_WithoutFields_HasNoTopic()
    {
        string topic = fixture.NewTopic();
        string id = await Hub.PublishAsync(topic, "1");
        using OpenStream other = await Hub.OpenAsync($"?topic={topic}&since=earliest&fields=topic");
        await other.ReadUntilAsync("data: 1\n\n");
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=earliest");
        await stream.ReadUntilAsync("data: 1\n\n");
        Assert.Equal($"id: {id}\ndata: 1\n\n", stream.Events);
    }

    [Theory]
    [InlineData("text/event-stream", "&format=cloudevents")]
    [InlineData("application/x-ndjson", "")]
    [InlineData("application/x-ndjson", "&format=cloudevents")]
    public async Task Get_FieldsTopicInAFormatWithTopics_ChangesNothing(string accept, string format)
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "end");
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=earliest{format}", accept);
        using OpenStream same = await Hub.OpenAsync($"?topic={topic}&since=earliest&fields=topic{format}", accept);
        await stream.ReadUntilAsync("\"end\"}\n");
        await same.ReadUntilAsync("\"end\"}\n");
        Assert.Equal(EventIn(stream), EventIn(same));
        JsonElement poll = await Hub.PollAsync($"?topic={topic}&since=earliest&fields=topic{format}");
        Assert.Equal(topic, Assert.Single(poll.GetProperty("events").EnumerateArray()).GetProperty("topic").GetString());
    }

    private static string EventIn(OpenStream stream) => stream.Text.Split('\n').Single(static line => line.Contains("\"end\"", StringComparison.Ordinal));
}
