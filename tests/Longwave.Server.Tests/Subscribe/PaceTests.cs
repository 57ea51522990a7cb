using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>Parameters <c>max_rate</c> and <c>conflate</c> from the viewpoint of a client.</summary>
public sealed class PaceTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Theory]
    [InlineData(null)]
    [InlineData("application/x-ndjson")]
    public async Task Get_MaxRate_LosesNothing(string? accept)
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&max_rate=20.5", accept);
        await stream.ReadUntilAsync("\n");
        for (int i = 0; i < 30; i++)
        {
            await Hub.PublishAsync(topic, $"<{i}>");
        }

        string text = await stream.ReadUntilAsync("<29>");
        int[] found = [.. Enumerable.Range(0, 30).Select(i => text.IndexOf($"<{i}>", StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, found);
        Assert.Equal(found.Order(), found);
    }

    [Fact]
    public async Task Get_ConflateFromThePast_GivesTheNewestOfEachKeyAndOfTheTopic()
    {
        string topic = fixture.NewTopic();
        foreach ((string data, string? key) in new[] { ("1", "a"), ("2", "b"), ("3", null), ("4", "a"), ("5", null), ("6", "b") })
        {
            using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}" + (key is null ? "" : $"&key={key}"), data);
            Assert.True(response.IsSuccessStatusCode);
        }

        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&conflate=key&max_rate=1&since=earliest", "application/x-ndjson");
        string text = await stream.ReadUntilAsync("\"data\":\"6\"");
        Assert.Equal(["4", "5", "6"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)
            .Where(static line => line.TryGetProperty("id", out _)).Select(static line => line.GetProperty("data").GetString()));
        Assert.DoesNotContain("longwave.gap", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max_rate=0.05")]
    [InlineData("max_rate=100.5")]
    [InlineData("max_rate=0")]
    [InlineData("max_rate=-1")]
    [InlineData("max_rate=1e1")]
    [InlineData("max_rate=1,5")]
    [InlineData("max_rate=NaN")]
    [InlineData("max_rate=Infinity")]
    [InlineData("max_rate=")]
    [InlineData("max_rate=fast")]
    [InlineData("conflate=topic")]
    [InlineData("conflate=")]
    [InlineData("max_rate=1", "application/json")]
    [InlineData("conflate=key", "application/json")]
    public async Task Get_InvalidPace_IsRejected(string query, string? accept = null)
    {
        using HttpResponseMessage response = await Hub.GetAsync($"?topic=t&{query}", accept);
        await TestHub.AssertProblemAsync(response, 400, "invalid-parameter", query[..query.IndexOf('=', StringComparison.Ordinal)]);
    }

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;
}
