using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

public sealed class SinceLastTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Fact]
    public async Task Get_SinceLast_StartsWithTheNewestEvents()
    {
        string topic = fixture.NewTopic();
        for (int i = 0; i < 10; i++)
        {
            await Hub.PublishAsync(topic, $"d{i}");
        }

        JsonElement poll = await Hub.PollAsync($"?topic={topic}&since=last:3");
        Assert.Equal(["d7", "d8", "d9"], poll.GetProperty("events").EnumerateArray().Select(static e => e.GetProperty("data").GetString()));

        OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=last:2", "text/event-stream");
        while (!stream.Text.Contains("data: d9", StringComparison.Ordinal))
        {
            await stream.ReadMoreAsync();
        }

        Assert.DoesNotContain("data: d7", stream.Text, StringComparison.Ordinal);
        Assert.Contains("data: d8", stream.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("last:0")]
    [InlineData("last:-1")]
    [InlineData("last:")]
    [InlineData("last:x")]
    [InlineData("last:10001")]
    [InlineData("last:99999999999")]
    [InlineData("last")]
    public async Task Get_SinceLastWithoutAValidNumber_IsRejected(string since)
    {
        using HttpResponseMessage response = await Hub.GetAsync($"?topic=a&since={since}");
        await TestHub.AssertProblemAsync(response, 400, "invalid-parameter", "since");
    }
}
