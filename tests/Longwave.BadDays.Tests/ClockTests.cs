using System.Text.Json;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests;

/// <summary>The system clock of a real hub jumps and returns.</summary>
[Trait("Category", "Slow")]
[Trait("Sink", "None")]
public sealed class ClockTests
{
    [Theory]
    [InlineData("+3650d")]
    [InlineData("+2h")]
    [InlineData("-3650d")]
    public async Task Publish_ClockJumpsAndReturns_KeepsEventsAndTimes(string jump)
    {
        using var directory = new TempDirectory();
        WrongClock clock = await WrongClock.CreateAsync(directory);
        HubSettings settings = new HubSettings { DataDirectory = directory["data"], Wrapper = clock.Wrapper }.With(
            ("Engine:RetentionInterval", "00:00:00.050"),
            ("Engine:DrainWindow", "00:00:00"),
            ("Engine:Policies:0:Selector", "count"), ("Engine:Policies:0:MaxCount", "1"), ("Engine:Policies:0:MaxAge", "00:00:00"),
            ("Engine:Policies:1:Selector", "*"), ("Engine:Policies:1:MaxAge", "01:00:00"));
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        Assert.True((await client.PublishAsync("t", "before")).IsAccepted);

        clock.Set(jump);
        await Patience.UntilAsync(async () => await client.StatusAsync() == "clock-jumped", () => "the hub does not see the jump");
        Assert.True((await client.PublishAsync("t", "within")).IsAccepted);
        await RetainAsync(client);

        clock.Set("+0");
        await Patience.UntilAsync(async () => await client.StatusAsync() == "healthy", () => "the clock is right again, and the hub does not see it");
        Assert.True((await client.PublishAsync("t", "after")).IsAccepted);
        await RetainAsync(client);
        JsonElement[] events = await ReadAsync(client, "since=earliest");
        Assert.Equal(["before", "within", "after"], events.Select(static one => one.GetProperty("data").GetString()));
        Assert.All(events, one => Assert.InRange(one.GetProperty("time").GetDateTimeOffset(), start.AddMinutes(-1), start.AddMinutes(10)));
        Assert.Equal(3, (await ReadAsync(client, $"since={start.AddSeconds(-1):yyyy-MM-ddTHH:mm:ssZ}")).Length);
        Assert.Contains(hub.Errors, static line => line.Contains("[1501]", StringComparison.Ordinal));
        await hub.StopAsync();
    }

    /// <summary>Returns after retention has removed an event by count, in a pass that began after the call.</summary>
    private static async Task RetainAsync(HubClient client)
    {
        for (int i = 0; i < 2; i++)
        {
            Assert.True((await client.PublishAsync("count", "x")).IsAccepted);
        }

        await Patience.UntilAsync(
            async () => (await client.GetAsync("/v1/topics?topic=count")).Body.GetProperty("topics")[0].GetProperty("count").GetInt64() == 1,
            () => "retention does not run");
    }

    private static async Task<JsonElement[]> ReadAsync(HubClient client, string since)
    {
        using HttpResponseMessage response = await client.OpenAsync($"topic=t&{since}", "application/json", null);
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return [.. document.RootElement.Clone().GetProperty("events").EnumerateArray()];
    }
}
