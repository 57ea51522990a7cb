using System.CommandLine;
using System.CommandLine.Parsing;
using Longwave.Arguments;
using Longwave.Hubs;
using Longwave.Protocol.Selectors;
using Longwave.Terminals;

namespace Longwave.Tail;

/// <summary>Command <c>longwave tail</c>: prints events as they arrive.</summary>
internal static class TailCommand
{
    /// <summary>Default silence limit: 2.5 times the hub's default heartbeat interval, rounded up.</summary>
    public static readonly TimeSpan DefaultSilence = TimeSpan.FromSeconds(40);

    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave tail
          longwave tail prices/AAPL prices/MSFT
          longwave tail 'prices/{symbol}' --type trade --since 10m
          longwave tail --since earliest --json > everything.ndjson
          longwave tail 'earthquakes/{network}' --json | jq -r '.data.properties.title'
          longwave tail deploys --count 1 --quiet && echo deployed

        A selector is a topic, '*' for every topic, or an RFC 6570 URI template. Quote it: shells mean something by * and {}.
        With --json each line is a CloudEvent with "topic", "position" and, if set, "key"; `longwave publish --ndjson` takes them.

        It reconnects by itself and goes on where it was: every event once, in order. Missing events are reported on
        standard error (GAP, RESET), as is all else that is not an event.

        Exit codes: 0 as many events as --count says, or the reader of the output is gone; 1 no hub, or it refused;
        2 wrong command line; 130 interrupted.
        """;

    public static Command Create(Terminal terminal)
    {
        var selectors = new Argument<string[]>("SELECTOR")
        {
            Description = "Topics to show (default: every topic).",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> since = SinceOption.Create(terminal.Clock);
        var lastEventId = new Option<string?>("--last-event-id") { Description = "Begin after this position, e.g. 5f3a9c1e-1042.", HelpName = "POSITION" };
        var type = new Option<string[]>("--type") { Description = "Only events of this type; may be given several times.", HelpName = "TYPE" };
        var json = new Option<bool>("--json") { Description = "One JSON object a line, for other programs." };
        Option<long?> count = WholeNumber.Option("End after so many events.", 1, long.MaxValue, "--count", "-n");
        var wait = new Option<bool>("--wait") { Description = "Wait for a hub that is not there yet, instead of ending." };
        var silence = new Option<TimeSpan>("--silence")
        {
            Description = "Without a heartbeat for so long the connection counts as dead (default: 40s; 2.5 times the hub's heartbeat).",
            HelpName = "TIME",
            CustomParser = Duration.ParseOption,
        };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Say nothing on standard error but errors and losses." };
        Option<HubAddress> hub = HubOption.Create();
        selectors.Validators.Add(CheckSelectors);

        var command = new Command("tail", "Show events as they come.") { selectors, since, lastEventId, type, json, count, wait, silence, quiet, hub };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!HubOption.TryResolve(parsed.GetValue(hub), terminal.Variable(HubAddress.EnvironmentVariable), out HubAddress? address, out string? error))
            {
                terminal.Say(error);
                return ExitCode.Usage;
            }

            using var interruption = new Interruption(cancellation);
            var arguments = new TailArguments
            {
                Hub = address,
                Selectors = parsed.GetValue(selectors) is { Length: > 0 } given ? given : ["*"],
                Types = parsed.GetValue(type) ?? [],
                Since = parsed.GetValue(since),
                LastEventId = parsed.GetValue(lastEventId),
                Count = parsed.GetValue(count),
                Json = parsed.GetValue(json),
                Quiet = parsed.GetValue(quiet),
                Wait = parsed.GetValue(wait),
                Silence = parsed.GetValue(silence) is { Ticks: > 0 } longest ? longest : DefaultSilence,
            };
            using var session = new TailSession(arguments, terminal);
            return await session.RunAsync(interruption.Token);
        });
        return command;
    }

    private static void CheckSelectors(ArgumentResult result)
    {
        foreach (string text in result.Tokens.Select(static t => t.Value))
        {
            if (!Selector.TryParse(text, out _, out string? error))
            {
                result.AddError($"'{text}': {error}");
            }
        }
    }
}
