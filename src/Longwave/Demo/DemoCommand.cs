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

        Data: earthquakes (a week of the USGS, to earthquakes/{network}; 600 times as fast as they happened), football
        (a season of five leagues, to football/{division}; 5 a second), stocks (to prices/{symbol}; 5 a second).

        Exit codes: 0 all published; 1 no hub, or it refused; 2 wrong command line; 130 interrupted.
        """;

    public static Command Create(Terminal terminal)
    {
        var data = new Option<DemoSet>("--data")
        {
            Description = "What to publish: earthquakes (the default), football or stocks.",
            HelpName = "earthquakes|football|stocks",
            CustomParser = ParseSet,
        };
        var speed = new Option<Pace?>("--speed")
        {
            Description = "So many times as fast as it happened, e.g. 600x: ten minutes in a second.",
            HelpName = "600x",
            CustomParser = static result => ParsePace(result, Pace.TryParseSpeed, "--speed", "600x"),
        };
        var rate = new Option<Pace?>("--rate")
        {
            Description = "So many events a second, e.g. 20/s.",
            HelpName = "N/s",
            CustomParser = static result => ParsePace(result, Pace.TryParseRate, "--rate", "20/s"),
        };
        var loop = new Option<bool>("--loop") { Description = "Begin again when all is published, until Ctrl+C." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Say nothing but errors." };
        Option<HubAddress> hub = HubOption.Create();

        var command = new Command("demo", "Publish real data for a while: earthquakes, football results or stock prices.") { data, speed, rate, loop, quiet, hub };
        command.Validators.Add(result =>
        {
            if (result.GetResult(speed) is not null && result.GetResult(rate) is not null)
            {
                result.AddError("--speed and --rate exclude each other.");
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
            return await new DemoRun(set, pace, parsed.GetValue(loop), parsed.GetValue(quiet), address, terminal).RunAsync(interruption.Token);
        });
        return command;
    }

    private delegate bool PaceParser(string text, out Pace pace);

    private static DemoSet? ParseSet(ArgumentResult result)
    {
        DemoSet? set = DemoSet.All.FirstOrDefault(s => s.Name == result.Tokens[0].Value);
        if (set is null)
        {
            result.AddError($"--data: there is no '{result.Tokens[0].Value}'; there are {string.Join(", ", DemoSet.All.Select(static s => s.Name))}.");
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
