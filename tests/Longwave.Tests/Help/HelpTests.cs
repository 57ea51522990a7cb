using Longwave.Tests.Commands;

namespace Longwave.Tests.Help;

public sealed class HelpTests
{
    [Theory]
    [InlineData("serve")]
    [InlineData("publish")]
    [InlineData("tail")]
    [InlineData("demo")]
    [InlineData("renew-epoch")]
    public async Task Help_OfEveryCommand_HasExamplesAndExitCodes(string command)
    {
        CommandResult result = (await CommandRun.RunAsync(command, "--help")).Succeeded();

        Assert.Contains($"\nExamples:\n  longwave {command}", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nExit codes: 0 ", result.Output, StringComparison.Ordinal);
        Assert.All(result.Lines, line => Assert.True(line.TrimEnd().Length <= 122, line));
    }

    [Fact]
    public async Task Help_WithoutCommand_StartsWithThreeCommands()
    {
        CommandResult result = (await CommandRun.RunAsync("--help")).Succeeded();

        Assert.Contains("\n  longwave serve ", result.Output, StringComparison.Ordinal);
        Assert.Contains("\n  longwave tail ", result.Output, StringComparison.Ordinal);
        Assert.Contains("\n  longwave publish greetings hello ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_OfTheProgram_IsOneLine()
    {
        CommandResult result = (await CommandRun.RunAsync("--version")).Succeeded();

        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", result.Output);
    }

    [Theory]
    [InlineData("tial", "Unrecognized command or argument 'tial'.")]
    [InlineData("tail --since soon", "--since: 'soon' is not 'earliest', a duration (10m, 2h) or a time (2026-11-23T06:57:00Z).")]
    [InlineData("tail --count 0", "--count: '0' is not valid; use a whole number, 1 or more.")]
    [InlineData("tail --hub ftp://x", "--hub: 'ftp://x': the scheme must be http or https.")]
    [InlineData("tail --silence 5", "'5' is not a duration; write, for example, 90s, 10m, 2h30m or 1d.")]
    [InlineData("publish", "The topic is missing: longwave publish TOPIC [DATA].")]
    [InlineData("publish * x", "'*' selects all topics and is not a topic. Publish to one topic.")]
    [InlineData("publish t x --lines", "With --lines or --ndjson, the events come from standard input or --file; remove DATA.")]
    [InlineData("publish t --lines --ndjson", "Use either --lines or --ndjson, not both.")]
    [InlineData("publish t x --content-type json", "--content-type: 'json' is not a media type such as application/json.")]
    [InlineData("publish t x --in-flight many", "--in-flight: 'many' is not valid; use a whole number, 1 to 64.")]
    [InlineData("demo --speed 2x --rate 2", "Use either --speed or --rate, not both.")]
    public async Task CommandLine_Invalid_PrintsTheReasonInOneLine(string line, string message)
    {
        CommandResult result = (await CommandRun.RunAsync(line.Split(' '))).Failed(2);

        string command = line.Split(' ')[0] is "tial" ? "" : line.Split(' ')[0] + " ";
        Assert.Equal($"longwave: {message}\nlongwave: `longwave {command}--help` describes the command line.\n", result.Error);
        Assert.Equal("", result.Output);
    }
}
