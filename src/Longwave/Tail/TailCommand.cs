using System.CommandLine;
using System.CommandLine.Parsing;
using Longwave.Arguments;
using Longwave.Client.Subscriptions;
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
          longwave tail orders --last 10
          longwave tail --since earliest --json > everything.ndjson
          longwave tail 'earthquakes/{network}' --json | jq -r '.data.properties.title'
          longwave tail deploys --count 1 --quiet && echo deployed

        A selector is a topic, '*' for all topics, a glob such as 'prices/*' or 'logs/**', or an RFC 6570 URI template.
        Quote selectors: * and {} are special in shells.
        With --json, each line is a CloudEvent with "topic", "position" and, if set, "key"; `longwave publish --ndjson`
        accepts these lines.

        The command reconnects automatically and resumes where it was: every event once, in order. It reports missing
        events (GAP, RESET) and changes of the connection on standard error.

        The command ends when all its topics are complete (longwave publish TOPIC --complete). With '*' or a template, it
        continues.

        Exit codes: 0 --count reached, topics complete, or standard output closed; 1 no hub, or rejected by the hub;
        2 invalid command line; 130 interrupted.
        """;

    public static Command Create(Terminal terminal)
    {
        var selectors = new Argument<string[]>("SELECTOR")
        {
            Description = "Topics to show (default: all topics).",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> since = SinceOption.Create(terminal.Clock);
        Option<long?> last = WholeNumber.Option("Start with this number of the newest stored events.", 1, int.MaxValue, "--last");
        var lastEventId = new Option<string?>("--last-event-id") { Description = "Start after this position, e.g. 5f3a9c1e-1042.", HelpName = "POSITION" };
        var type = new Option<string[]>("--type") { Description = "Show only events of this type; can be repeated.", HelpName = "TYPE" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line, for other programs." };
        Option<long?> count = WholeNumber.Option("Exit after this number of events.", 1, long.MaxValue, "--count", "-n");
        var wait = new Option<bool>("--wait") { Description = "Wait until the hub is reachable, instead of exiting." };
        var silence = new Option<TimeSpan>("--silence")
        {
            Description = "Reconnect after this time without any data; use at least 2.5 times the hub's heartbeat (default: 40s).",
            HelpName = "TIME",
            CustomParser = Duration.ParseOption,
        };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print only errors and missing events on standard error." };
        Option<HubAddress> hub = HubOption.Create();
        Option<FileInfo?> tokenFile = HubToken.FileOption();
        selectors.Validators.Add(CheckSelectors);

        var command = new Command("tail", "Show events as they arrive.") { selectors, since, last, lastEventId, type, json, count, wait, silence, quiet, hub, tokenFile };
        command.Validators.Add(result =>
        {
            if (result.GetValue(last) is not null && (result.GetValue(since) is not null || result.GetValue(lastEventId) is not null))
            {
                result.AddError("Use only one of --last, --since and --last-event-id.");
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
            var arguments = new TailArguments
            {
                Hub = address,
                Selectors = parsed.GetValue(selectors) is { Length: > 0 } given ? given : ["*"],
                Types = parsed.GetValue(type) ?? [],
                Since = parsed.GetValue(last) is { } newest ? SubscriptionOptions.SinceLast((int)newest) : parsed.GetValue(since),
                LastEventId = parsed.GetValue(lastEventId),
                Count = parsed.GetValue(count),
                Json = parsed.GetValue(json),
                Quiet = parsed.GetValue(quiet),
                Wait = parsed.GetValue(wait),
                Silence = parsed.GetValue(silence) is { Ticks: > 0 } longest ? longest : DefaultSilence,
            };
            using var session = new TailSession(arguments, HubToken.UseFile(terminal, parsed.GetValue(tokenFile)));
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
