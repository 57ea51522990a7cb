using System.Net;
using System.Text;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Events;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests;

/// <summary>Publishing from inside the application.</summary>
public sealed class LongwavePublisherTests
{
    [Fact]
    public async Task Publish_EventsOfOneCall_AreAppendedInOrderAndStreamed()
    {
        await using TestHub hub = await TestHub.StartAsync();
        LongwavePublisher publisher = hub.Service<LongwavePublisher>();
        PublishResult one = await publisher.PublishAsync(Of("a", "one"));
        PublishResult more = await publisher.PublishAsync([Of("a", "two"), Of("a", "three")]);
        Assert.Equal((PublishOutcome.Accepted, PublishOutcome.Accepted), (one.Outcome, more.Outcome));
        Assert.Equal([1, 2, 3], one.Events.Concat(more.Events).Select(static e => e.Position.Offset));
        Assert.Empty((await publisher.PublishAsync([])).Events);
        using OpenStream stream = await hub.OpenAsync("?topic=a&since=earliest");
        string text = await stream.ReadUntilAsync("data: three\n\n");
        Assert.True(text.IndexOf("data: one", StringComparison.Ordinal) < text.IndexOf("data: two", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publish_SameKey_IsOneEventThatNoClientCanForestall()
    {
        await using TestHub hub = await TestHub.StartAsync();
        LongwavePublisher publisher = hub.Service<LongwavePublisher>();
        using HttpResponseMessage foreign = await hub.PostAsync("/v1/events?topic=a", "forged", null, ("Idempotency-Key", "order-1"));
        Assert.Equal(HttpStatusCode.Created, foreign.StatusCode);
        PublishResult first = await publisher.PublishAsync(Of("a", "one"), "order-1");
        PublishResult again = await publisher.PublishAsync(Of("a", "one"), "order-1");
        Assert.False(first.Events[0].Duplicate);
        Assert.Equal(first.Events[0] with { Duplicate = true }, again.Events[0]);
    }

    /// <summary>Each event is rejected for the reason that it has over HTTP, and nothing is appended.</summary>
    [Theory]
    [InlineData("bad\u0001topic", "x", "invalid-event")]
    [InlineData("a", "too large", "event-too-large")]
    [InlineData("/.well-known/mercure/subscriptions/x", "x", "forbidden")]
    public async Task Publish_EventThatHttpRejects_IsRejected(string topic, string data, string problem)
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Engine.Limits.MaxEventBytes = 1024);
        byte[] body = Encoding.UTF8.GetBytes(data == "too large" ? new string('x', 2_000) : data);
        using HttpResponseMessage overHttp = await hub.PostAsync($"/v1/events?topic={Uri.EscapeDataString(topic)}", body);
        Assert.Equal("https://longwave.dev/problems/" + problem, (await TestHub.ReadJsonAsync(overHttp)).GetProperty("type").GetString());
        PublishResult inProcess = await hub.Service<LongwavePublisher>().PublishAsync([Of("a", "good"), new Event { Topic = topic, Data = body }]);
        Assert.Equal(PublishOutcome.InvalidEvent, inProcess.Outcome);
        Assert.Equal(1, inProcess.Problem!.Index);
        Assert.Equal(0, hub.Engine.Tip.Offset);
    }

    [Theory]
    [InlineData("https://example.com/hub/.well-known/mercure/subscriptions/x")]
    [InlineData("/%2Ewell-known/mercure/x")]
    [InlineData("//other/events/x")]
    public async Task Publish_AlternateBelowTheHubsUrl_IsRejected(string topic)
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Mercure.PublicUrl = "https://example.com/events");
        PublishResult result = await hub.Service<LongwavePublisher>().PublishAsync(new Event { Topic = "a", Alternates = [topic], Data = "x"u8.ToArray() });
        Assert.Equal(topic.StartsWith("//", StringComparison.Ordinal) ? PublishOutcome.Accepted : PublishOutcome.InvalidEvent, result.Outcome);
    }

    [Fact]
    public async Task Publish_LimitsOfARequest_AreThoseOfTheHub()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => (options.Engine.Limits.MaxRequestEvents, options.Engine.Limits.MaxTopics) = (2, 2));
        LongwavePublisher publisher = hub.Service<LongwavePublisher>();
        Assert.Equal(PublishOutcome.TooManyEvents, (await publisher.PublishAsync([Of("a", "1"), Of("a", "2"), Of("a", "3")])).Outcome);
        await publisher.PublishAsync([Of("a", "1"), Of("b", "2")]);
        Assert.Equal(PublishOutcome.TooManyTopics, (await publisher.PublishAsync(Of("c", "1"))).Outcome);
        foreach (string key in (string[])["", new string('k', 256)])
        {
            PublishResult result = await publisher.PublishAsync(Of("a", "1"), key);
            Assert.Equal((PublishOutcome.InvalidEvent, "idempotencyKey"), (result.Outcome, result.Problem!.Field));
        }

        await Assert.ThrowsAsync<ArgumentException>(async () => await publisher.PublishAsync([null!]));
        Assert.Equal(2, hub.Engine.Tip.Offset);
    }

    [Fact]
    public async Task Publish_AfterTheStop_IsRejectedAsAValue()
    {
        await using TestHub hub = await TestHub.StartAsync();
        LongwavePublisher publisher = hub.Service<LongwavePublisher>();
        await hub.StopAsync();
        Assert.Equal(PublishOutcome.ShuttingDown, (await publisher.PublishAsync(Of("a", "late"))).Outcome);
    }

    private static Event Of(string topic, string data) => new() { Topic = topic, Data = Encoding.UTF8.GetBytes(data) };
}
