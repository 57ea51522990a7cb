using System.Diagnostics;
using Longwave.Tests.Commands;
using Longwave.Tests.Docs;

namespace Longwave.Tests.Help;

public sealed class HelpTests
{
    [Theory]
    [InlineData("serve")]
    [InlineData("publish")]
    [InlineData("tail")]
    [InlineData("demo")]
    [InlineData("topics")]
    [InlineData("connections")]
    [InlineData("revoke")]
    [InlineData("health")]
    [InlineData("purge")]
    [InlineData("completion")]
    [InlineData("check")]
    [InlineData("backup")]
    [InlineData("restore")]
    [InlineData("compact")]
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
    [InlineData("tial", "'tial' is not a command; did you mean `longwave tail`?")]
    [InlineData("publish greetings hello world", "'world' is one argument too many. Quote an argument that contains spaces.")]
    [InlineData("publish demo --lnies", "'--lnies' is not an option of `longwave publish`; did you mean --lines? For an argument that begins with a dash, write -- before the arguments.")]
    [InlineData("tail --sinc 10m", "'--sinc' is not an option of `longwave tail`; did you mean --since? For an argument that begins with a dash, write -- before the arguments.")]
    [InlineData("tail -x", "'-x' is not an option of `longwave tail`. For an argument that begins with a dash, write -- before the arguments.")]
    [InlineData("publish t x --key --lnies", "'--lnies' is not an option of `longwave publish`; did you mean --lines? For a value that begins with a dash, write --key=--lnies")]
    [InlineData("serve --urls http://127.0.0.1:0 --vrebose", "'--vrebose' is not an option of `longwave serve`; did you mean --verbose? For a value that begins with a dash, write --urls=--vrebose")]
    [InlineData("demo --sped=2x", "'--sped=2x' is not an option of `longwave demo`; did you mean --speed?")]
    [InlineData("tail --since soon", "--since: 'soon' is not 'earliest', a duration (10m, 2h) or a time (2026-11-23T06:57:00Z).")]
    [InlineData("tail --last 5 --since 10m", "Use only one of --last, --since and --last-event-id.")]
    [InlineData("tail --count 0", "--count: '0' is not valid; use a whole number, 1 or more.")]
    [InlineData("tail --hub ftp://x", "--hub: 'ftp://x': the scheme must be http or https.")]
    [InlineData("tail --silence 5", "'5' is not a duration; write, for example, 90s, 10m, 2h30m or 1d.")]
    [InlineData("publish", "The topic is missing: longwave publish TOPIC [DATA].")]
    [InlineData("publish * x", "'*' selects all topics and is not a topic. Publish to one topic.")]
    [InlineData("publish t x --lines", "With --lines or --ndjson, the events come from standard input or --file; remove DATA.")]
    [InlineData("publish t --lines --ndjson", "Use either --lines or --ndjson, not both.")]
    [InlineData("publish t x --content-type json", "--content-type: 'json' is not a media type such as application/json.")]
    [InlineData("publish t x --in-flight many", "--in-flight: 'many' is not valid; use a whole number, 1 to 64.")]
    [InlineData("publish t x --positions --json", "Use either --positions or --json, not both.")]
    [InlineData("demo --speed 2x --rate 2", "Use either --speed or --rate, not both.")]
    public async Task CommandLine_Invalid_PrintsTheReasonInOneLine(string line, string message)
    {
        CommandResult result = (await CommandRun.RunAsync(line.Split(' '))).Failed(2);

        string command = line == "tial" ? "" : line.Split(' ')[0] + " ";
        Assert.Equal($"longwave: {message}\nlongwave: `longwave {command}--help` describes the command line.\n", result.Error);
        Assert.Equal("", result.Output);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(200)]
    public async Task CommandLine_OnATerminalOfAnyWidth_Works(int columns)
    {
        string hub = Path.Combine(Documentation.RepositoryRoot, "artifacts/bin/Longwave/release/longwave.dll");
        foreach ((string line, int code, string expected) in ((string, int, string)[])
            [
                ("tail --help", 0, "Exit codes"), ("--version", 0, "."), ("publish t x --hub localhost:1", 1, "No hub listens"), ("publish t --lines --file /dev/null --hub localhost:1", 0, "Published nothing"),
            ])
        {
            // `script` runs the command in a terminal.
            var start = new ProcessStartInfo("script", ["-qec", $"stty cols {columns} rows {columns}; exec dotnet {hub} {line}", "/dev/null"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            using Process process = Process.Start(start)!;
            string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(HubProcess.Patience);
            await process.WaitForExitAsync().WaitAsync(HubProcess.Patience);
            Assert.True(process.ExitCode == code && output.Contains(expected, StringComparison.Ordinal), $"{columns} columns: {line}: exit code {process.ExitCode}\n{output}");
        }
    }
}
