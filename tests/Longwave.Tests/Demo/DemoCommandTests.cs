using System.Text.Json;
using Longwave.Demo;
using Longwave.Terminals;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Demo;

/// <summary>Tests of <c>longwave demo</c> against a real hub.</summary>
public sealed class DemoCommandTests(HubProcess hub) : IClassFixture<HubProcess>
{
    [Fact]
    public async Task Demo_AtFullSpeed_PublishesTheWholeWeekUnchanged()
    {
        CommandResult demo = (await CommandRun.RunAsync("demo", "--speed", "1000000000x", "--hub", hub.Url)).Succeeded();
        CommandResult tail = (await CommandRun.RunAsync("tail", "earthquakes/{network}", "--since", "earliest", "--count", "1707", "--json", "--hub", hub.Url)).Succeeded();

        JsonElement[] seen = [.. tail.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        IReadOnlyList<DemoEvent> sent = EarthquakeData.Load();
        Assert.Equal(sent.Select(e => System.Text.Encoding.UTF8.GetString(e.Json.Span)), seen.Select(e => e.GetProperty("data").GetRawText()));
        Assert.Equal(sent.Select(e => (e.Topic, e.Type, e.Id)), seen.Select(e => (e.GetProperty("topic").GetString()!, e.GetProperty("type").GetString()!, e.GetProperty("id").GetString()!)));
        Assert.Equal(sent.Select(e => e.Time), seen.Select(e => e.GetProperty("time").GetDateTimeOffset()));
        Assert.StartsWith($"Publishing 1,707 earthquakes of the first week of February 2018 (USGS)\nto {hub.Url}, ", demo.Output, StringComparison.Ordinal);
        Assert.Contains($"  longwave tail 'earthquakes/{{network}}' --hub {hub.Url}\n", demo.Output, StringComparison.Ordinal);
        Assert.Contains("longwave: Published 1,707 events in ", demo.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_Loop_PublishesAgainUntilInterrupted()
    {
        await using CommandRun tail = CommandRun.Start("tail", "prices/{symbol}", "--count", "700", "--quiet", "--hub", hub.Url, "--since", "earliest");
        await using CommandRun demo = CommandRun.Start("demo", "--data", "stocks", "--rate", "5000/s", "--loop", "--hub", hub.Url);

        CommandResult seen = (await tail.EndAsync()).Succeeded();
        CommandResult result = await demo.InterruptAsync();

        Assert.Equal(700, seen.Lines.Length);
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("in a loop until Ctrl+C", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_NoHub_ExplainsHowToStartOne()
    {
        CommandResult result = (await CommandRun.RunAsync("demo", "--hub", "localhost:1")).Failed(1);

        Assert.Equal("longwave: No hub listens at http://localhost:1. Start a hub with `longwave serve`, or set its URL with --hub.\n", result.Error);
        Assert.Equal("", result.Output);
    }

    [Theory]
    [InlineData("--data", "birds", "--data: 'birds' is not a data set; use one of earthquakes, football, stocks.")]
    [InlineData("--speed", "fast", "--speed: 'fast' is not a pace such as 600x.")]
    [InlineData("--rate", "0", "--rate: '0' is not a pace such as 20/s.")]
    public async Task Demo_InvalidOption_ListsTheValidValues(string option, string value, string message)
    {
        CommandResult result = (await CommandRun.RunAsync("demo", option, value)).Failed(2);

        Assert.StartsWith($"longwave: {message}\n", result.Error, StringComparison.Ordinal);
    }
}
