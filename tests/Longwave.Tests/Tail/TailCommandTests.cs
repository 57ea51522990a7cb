using System.Text.Json;
using System.Text.RegularExpressions;
using Longwave.Terminals;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Tail;

/// <summary>Tests of <c>longwave tail</c> against a real hub that stays up.</summary>
public sealed partial class TailCommandTests(HubProcess hub) : IClassFixture<HubProcess>
{
    private readonly string _topic = $"t/{Guid.NewGuid():N}";

    [Fact]
    public async Task Tail_Last_PrintsTheNewestEventsAndThenNewOnes()
    {
        string lines = string.Join('\n', Enumerable.Range(0, 20).Select(i => $$"""{"topic":"{{_topic}}","data":"d{{i}}"}"""));
        (await CommandRun.RunWithAsync(lines, "publish", "--ndjson", "--hub", hub.Url)).Succeeded();
        await using CommandRun tail = Start(_topic, "--last", "2", "--count", "3");
        await tail.Error.WaitForAsync($"Connected to {hub.Url}: newest stored events (2 at most), then new ones of {_topic}.");
        await tail.Output.WaitForAsync(static text => text.Contains("d19", StringComparison.Ordinal), "the newest events");
        (await CommandRun.RunAsync("publish", _topic, "new", "--hub", hub.Url)).Succeeded();
        CommandResult result = (await tail.EndAsync()).Succeeded();
        Assert.Equal(["d18", "d19", "new"], result.Lines.Select(static line => line.Split("  ")[^1]));
    }

    [Fact]
    public async Task Tail_WithoutOptions_PrintsNewEvents()
    {
        await using CommandRun tail = Start(_topic, "--count", "2");
        await tail.Error.WaitForAsync($"Connected to {hub.Url}: new events of {_topic}.");

        await PublishAsync("hello");
        await tail.Output.WaitForAsync("hello");
        await PublishAsync("{\"a\":1}", "--type", "trade", "--content-type", "application/json");
        CommandResult result = (await tail.EndAsync()).Succeeded();

        Assert.Matches(HumanLine(), result.Lines[0]);
        Assert.EndsWith($"  {_topic}  hello", result.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith($"  {_topic}  [trade]  {{\"a\":1}}", result.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_DataOfSeveralLinesAndControlCharacters_IsMadeVisible()
    {
        await PublishAsync("red \e[31m\nbell \a, \u009b31m, \u202Eabc\r\nend\n");

        CommandResult result = (await RunAsync(_topic, "--since", "earliest", "--count", "1")).Succeeded();

        Assert.EndsWith($"  {_topic}  red ␛[31m\n    bell ␇, \\u009B31m, \\u202Eabc\n    end\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_ToATerminal_UsesColours()
    {
        await PublishAsync("hello", "--type", "t");
        await using CommandRun tail = CommandRun.StartWith(
            null,
            terminal => terminal with { OutputIsTerminal = true, ColoursAllowed = true },
            "tail", _topic, "--since", "earliest", "--count", "1", "--hub", hub.Url);

        CommandResult result = (await tail.EndAsync()).Succeeded();

        Assert.Contains($"\e[36m{_topic}\e[0m  \e[33m[t]\e[0m  hello\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_Json_PrintsACloudEventPerLineThatPublishAccepts()
    {
        await PublishAsync("two\nlines \e[0m \u009b", "--type", "t", "--key", "k");
        await PublishAsync("{\"a\":[1,2]}", "--content-type", "application/json");

        CommandResult tail = (await RunAsync(_topic, "--since", "earliest", "--count", "2", "--json", "--quiet")).Succeeded();
        Assert.Equal("", tail.Error);
        JsonElement[] events = [.. tail.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal("two\nlines \e[0m \u009b", events[0].GetProperty("data").GetString());
        Assert.Equal(2, events[1].GetProperty("data").GetProperty("a")[1].GetInt32());
        Assert.DoesNotContain('\u009b', tail.Output);

        string copy = $"{_topic}/copy";
        (await CommandRun.RunWithAsync(tail.Output.Replace(_topic, copy, StringComparison.Ordinal), "publish", "--ndjson", "--hub", hub.Url)).Succeeded();
        CommandResult copied = (await RunAsync(copy, "--since", "earliest", "--count", "2", "--json")).Succeeded();
        Assert.Equal(
            events.Select(e => (e.GetProperty("data").GetRawText(), e.GetProperty("id").GetString())),
            copied.Lines.Select(line => JsonDocument.Parse(line).RootElement).Select(e => (e.GetProperty("data").GetRawText(), e.GetProperty("id").GetString())));
    }

    [Fact]
    public async Task Tail_Type_FiltersEvents()
    {
        await PublishAsync("1", "--type", "a");
        await PublishAsync("2", "--type", "b");
        await PublishAsync("3", "--type", "c");

        CommandResult result = (await RunAsync(_topic, "--since", "earliest", "--type", "c", "--type", "b", "--count", "2")).Succeeded();

        Assert.EndsWith("[b]  2", result.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith("[c]  3", result.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_SinceOrLastEventId_StartsThere()
    {
        string first = (await PublishAsync("1")).Output.Trim();
        await PublishAsync("2");

        CommandResult after = (await RunAsync(_topic, "--last-event-id", first, "--count", "1")).Succeeded();
        CommandResult minutes = (await RunAsync(_topic, "--since", "10m", "--count", "1")).Succeeded();

        Assert.EndsWith("  2", after.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith("  1", minutes.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_InvalidLastEventId_ReportsItAndContinues()
    {
        await using CommandRun tail = Start(_topic, "--last-event-id", "00000000-7", "--count", "1", "--quiet");
        await tail.Error.WaitForAsync("RESET");

        await PublishAsync("on");
        CommandResult result = (await tail.EndAsync()).Succeeded();

        Assert.Equal(
            "longwave: RESET: the last position is not valid in this log: it belongs to another log (the hub's data was replaced). Continuing with new events.\n",
            result.Error);
        Assert.EndsWith("  on", result.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_Interrupted_EndsWith130()
    {
        await using CommandRun tail = Start(_topic);
        await tail.Error.WaitForAsync("Connected");

        CommandResult result = await tail.InterruptAsync();

        Assert.Equal(130, result.ExitCode);
    }

    [Fact]
    public async Task Tail_OutputClosed_EndsQuietly()
    {
        await PublishAsync("x");
        await using CommandRun tail = CommandRun.StartWith(
            null,
            terminal => terminal with { Output = new StreamWriter(new ClosedPipe()) },
            "tail", _topic, "--since", "earliest", "--hub", hub.Url);

        CommandResult result = (await tail.EndAsync()).Succeeded();

        Assert.DoesNotContain("broke", result.Error, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<CommandResult> PublishAsync(string data, params string[] arguments) =>
        (await CommandRun.RunAsync(["publish", _topic, .. arguments, "--hub", hub.Url, "--", data])).Succeeded();

    private CommandRun Start(params string[] arguments) => CommandRun.Start(["tail", .. arguments, "--hub", hub.Url]);

    private Task<CommandResult> RunAsync(params string[] arguments) => CommandRun.RunAsync(["tail", .. arguments, "--hub", hub.Url]);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  ")]
    private static partial Regex HumanLine();

    private sealed class ClosedPipe : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("Broken pipe");
    }
}
