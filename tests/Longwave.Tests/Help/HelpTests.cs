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
    [InlineData("tail --since soon", "--since: 'soon' is neither 'earliest', nor a length of time (10m, 2h), nor a time (2026-11-23T06:57:00Z).")]
    [InlineData("tail --count 0", "--count: '0' is not a whole number, 1 or more.")]
    [InlineData("tail --hub ftp://x", "--hub: 'ftp://x': a hub is reached by http or https.")]
    [InlineData("tail --silence 5", "'5' is no length of time; write 90s, 10m, 2h30m or 1d.")]
    [InlineData("publish", "Say which topic: longwave publish TOPIC [DATA].")]
    [InlineData("publish * x", "'*' selects every topic and can't be published to. Name one topic.")]
    [InlineData("publish t x --lines", "With --lines or --ndjson the events come from standard input or --file, not from DATA.")]
    [InlineData("publish t --lines --ndjson", "--lines and --ndjson exclude each other.")]
    [InlineData("publish t x --content-type json", "--content-type: 'json' is no media type such as application/json.")]
    [InlineData("publish t x --in-flight many", "--in-flight: 'many' is not a whole number, 1 to 64.")]
    [InlineData("demo --speed 2x --rate 2", "--speed and --rate exclude each other.")]
    public async Task CommandLine_Invalid_PrintsTheReasonInOneLine(string line, string message)
    {
        CommandResult result = (await CommandRun.RunAsync(line.Split(' '))).Failed(2);

        string command = line.Split(' ')[0] is "tial" ? "" : line.Split(' ')[0] + " ";
        Assert.Equal($"longwave: {message}\nlongwave: `longwave {command}--help` explains the command line.\n", result.Error);
        Assert.Equal("", result.Output);
    }
}
