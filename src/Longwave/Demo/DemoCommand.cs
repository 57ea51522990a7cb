using System.CommandLine;
using System.CommandLine.Parsing;
using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Demo;

/// <summary>Command <c>longwave demo</c>: publishes bundled real data.</summary>
internal static class DemoCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave demo
          longwave demo --speed 3600x
          longwave demo --data football --rate 20/s
          longwave demo --data stocks --loop

        Data sets:
          earthquakes  one week of USGS reports, topics earthquakes/{network}, 600 times the original speed
          football     one season of five leagues, topics football/{division}, 5 events per second
          stocks       monthly prices of five stocks, topics prices/{symbol}, 5 events per second

        Exit codes: 0 all published; 1 no hub, or rejected by the hub; 2 invalid command line; 130 interrupted.
        """;

    public static Command Create(Terminal terminal)
    {
        var data = new Option<DemoSet>("--data")
        {
            Description = "Data set to publish (default: earthquakes).",
            HelpName = "earthquakes|football|stocks",
            CustomParser = ParseSet,
        };
        var speed = new Option<Pace?>("--speed")
        {
            Description = "Multiple of the original speed, e.g. 600x: ten minutes per second.",
            HelpName = "600x",
            CustomParser = static result => ParsePace(result, Pace.TryParseSpeed, "--speed", "600x"),
        };
        var rate = new Option<Pace?>("--rate")
        {
            Description = "Events per second, e.g. 20/s.",
            HelpName = "N/s",
            CustomParser = static result => ParsePace(result, Pace.TryParseRate, "--rate", "20/s"),
        };
        var loop = new Option<bool>("--loop") { Description = "Start again after the last event, until Ctrl+C." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print only errors." };
        Option<HubAddress> hub = HubOption.Create();
        Option<FileInfo?> tokenFile = HubToken.FileOption();

        var command = new Command("demo", "Publish sample data: earthquakes, football results or stock prices.") { data, speed, rate, loop, quiet, hub, tokenFile };
        command.Validators.Add(result =>
        {
            if (result.GetResult(speed) is not null && result.GetResult(rate) is not null)
            {
                result.AddError("Use either --speed or --rate, not both.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!HubOption.TryResolve(parsed.GetValue(hub), terminal.Variable(HubAddress.EnvironmentVariable), out HubAddress? address, out string? error))
            {
                terminal.Say(error);
                return ExitCode.Usage;
            }

            using var interruption = new Interruption(cancellation);
            DemoSet set = parsed.GetValue(data) ?? DemoSet.All[0];
            Pace pace = parsed.GetValue(speed) ?? parsed.GetValue(rate) ?? set.Pace;
            return await new DemoRun(set, pace, parsed.GetValue(loop), parsed.GetValue(quiet), address, HubToken.UseFile(terminal, parsed.GetValue(tokenFile))).RunAsync(interruption.Token);
        });
        return command;
    }

    private delegate bool PaceParser(string text, out Pace pace);

    private static DemoSet? ParseSet(ArgumentResult result)
    {
        DemoSet? set = DemoSet.All.FirstOrDefault(s => s.Name == result.Tokens[0].Value);
        if (set is null)
        {
            result.AddError($"--data: '{result.Tokens[0].Value}' is not a data set; use one of {string.Join(", ", DemoSet.All.Select(static s => s.Name))}.");
        }

        return set;
    }

    private static Pace? ParsePace(ArgumentResult result, PaceParser parse, string option, string example)
    {
        if (parse(result.Tokens[0].Value, out Pace pace))
        {
            return pace;
        }

        result.AddError($"{option}: '{result.Tokens[0].Value}' is not a pace such as {example}.");
        return null;
    }
}
