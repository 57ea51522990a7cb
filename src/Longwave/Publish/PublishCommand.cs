using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Http.Headers;
using Longwave.Arguments;
using Longwave.Hubs;
using Longwave.Protocol.Events;
using Longwave.Terminals;

namespace Longwave.Publish;

/// <summary>Command <c>longwave publish</c>: publishes one event or many.</summary>
internal static class PublishCommand
{
    /// <summary>Default maximum time for retries of a request.</summary>
    public static readonly TimeSpan DefaultRetryFor = TimeSpan.FromMinutes(1);

    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave publish greetings hello
          longwave publish prices/AAPL '{"price":191.2}' --type trade --content-type application/json
          echo hello | longwave publish greetings
          longwave publish notes --file note.txt
          longwave publish deltas -- -x
          longwave publish jobs/42 --complete
          tail -f /var/log/syslog | longwave publish logs --lines
          longwave publish --ndjson --file events.ndjson
          longwave tail 'prices/{symbol}' --json --count 1000 | longwave publish --ndjson --hub http://other:8080

        With --ndjson, a line is a CloudEvent with the extension attribute "topic", or {"topic":"…","data":…} with the
        optional members "type", "key", "id", "time" and "contenttype". The command stops at an invalid line and prints
        its number.

        --complete completes TOPIC after the input: the hub ends the streams of the topic and accepts no further event. Without
        DATA, --file and input, nothing else is published.

        Words that begin with a dash and a letter, or with two dashes, are options. Write -- before arguments that begin so.

        With --json, the result of an event is {"id":"5f3a9c1e-1042","duplicate":false}. With --lines or --ndjson, it is
        {"line":1,"id":"5f3a9c1e-1042"}, and the last line of the output is a summary:
        {"published":2,"duplicates":0,"skipped":0,"finished":true}. Errors stay on standard error.

        The command retries requests while the hub is busy, restarting or out of disk space. Every event has an
        idempotency key, so no event is published twice.

        Exit codes: 0 published; 1 rejected by the hub, hub not reachable, or input not readable; 2 invalid command line;
        130 interrupted.
        """;

    private static readonly TimeSpan LongestRetryFor = TimeSpan.FromMinutes(10);

    public static Command Create(Terminal terminal)
    {
        var topic = new Argument<string?>("TOPIC") { Description = "Topic, e.g. prices/AAPL. With --ndjson: the topic of lines without one.", Arity = ArgumentArity.ZeroOrOne };
        var data = new Argument<string?>("DATA") { Description = "Data of the event. Without DATA and --file, the command reads standard input.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<FileInfo?>("--file", "-f") { Description = "Read the data or the lines from this file.", HelpName = "FILE" };
        var type = new Option<string?>("--type") { Description = "Type of the event; subscribers can filter by type.", HelpName = "TYPE" };
        var key = new Option<string?>("--key") { Description = "Key of the event: the entity within the topic that it is about.", HelpName = "KEY" };
        var contentType = new Option<string?>("--content-type") { Description = "Media type of the data, e.g. application/json.", HelpName = "TYPE" };
        Option<string?> idempotencyKey = IdempotencyKeyOption();
        var lines = new Option<bool>("--lines") { Description = "Publish every line as an event." };
        var ndjson = new Option<bool>("--ndjson") { Description = "Publish every line as an event in JSON; see below." };
        var raw = new Option<bool>("--raw") { Description = "Publish standard input byte for byte. Without it, the command removes one line end from the end, because `echo` adds it." };
        var positions = new Option<bool>("--positions") { Description = "With --lines or --ndjson: print the position of every event." };
        var json = new Option<bool>("--json") { Description = "Print the results as JSON, one object per line." };
        Option<long?> inFlight = WholeNumber.Option(
            "With --lines or --ndjson: number of concurrent requests (default: 1). With more than 1, events of different requests can be stored in another order.", 1, 64, "--in-flight");
        Option<long?> fromLine = WholeNumber.Option("With --lines or --ndjson: start at this line (default: 1).", 1, long.MaxValue, "--from-line");
        Option<TimeSpan> retryFor = RetryForOption();
        var complete = new Option<bool>("--complete") { Description = "Complete TOPIC after the input: no event follows." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print only errors on standard error." };
        Option<HubAddress> hub = HubOption.Create();
        Option<FileInfo?> tokenFile = HubToken.FileOption();
        contentType.Validators.Add(CheckContentType);

        var command = new Command("publish", "Publish one event or many.")
        {
            topic, data, file, type, key, contentType, idempotencyKey, lines, ndjson, raw, positions, json, inFlight, fromLine, retryFor, complete, quiet, hub, tokenFile,
        };
        command.Validators.Add(result => CheckTogether(
            result, result.GetValue(topic), result.GetValue(data), result.GetValue(file), result.GetValue(lines), result.GetValue(ndjson), result.GetValue(complete)));
        command.Validators.Add(result => Require(result, !(result.GetValue(positions) && result.GetValue(json)), "Use either --positions or --json, not both."));
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!HubOption.TryResolve(parsed.GetValue(hub), terminal.Variable(HubAddress.EnvironmentVariable), out HubAddress? address, out string? error))
            {
                terminal.Say(error);
                return ExitCode.Usage;
            }

            TimeSpan given = parsed.GetValue(retryFor);
            using var interruption = new Interruption(cancellation);
            return await new PublishRun(
                new PublishArguments
                {
                    Topic = parsed.GetValue(topic),
                    Data = parsed.GetValue(data),
                    File = parsed.GetValue(file),
                    Type = parsed.GetValue(type),
                    Key = parsed.GetValue(key),
                    ContentType = parsed.GetValue(contentType),
                    IdempotencyKey = parsed.GetValue(idempotencyKey),
                    Lines = parsed.GetValue(lines),
                    Ndjson = parsed.GetValue(ndjson),
                    Raw = parsed.GetValue(raw),
                    Positions = parsed.GetValue(positions),
                    Complete = parsed.GetValue(complete),
                    Json = parsed.GetValue(json),
                    Quiet = parsed.GetValue(quiet),
                    InFlight = (int)(parsed.GetValue(inFlight) ?? 1),
                    FromLine = parsed.GetValue(fromLine) ?? 1,
                    RetryFor = given == TimeSpan.Zero ? DefaultRetryFor : given < LongestRetryFor ? given : LongestRetryFor,
                    WaitForHub = given != TimeSpan.Zero,
                    Hub = address,
                },
                HubToken.UseFile(terminal, parsed.GetValue(tokenFile))).RunAsync(interruption.Token);
        });
        return command;
    }

    private static Option<string?> IdempotencyKeyOption() => new("--idempotency-key")
    {
        Description = "The hub stores an event with the same key only once, even if this command runs again within the hub's idempotency window (default: a new key each time).",
        HelpName = "KEY",
    };

    private static Option<TimeSpan> RetryForOption() => new("--retry-for")
    {
        Description = "How long to retry a request while the hub is busy or unavailable, at most 10m (default: 1m). If the hub is not reachable at the start, the command retries only with this option.",
        HelpName = "TIME",
        CustomParser = Duration.ParseOption,
    };

    private static void Require(SymbolResult result, bool condition, string otherwise)
    {
        if (!condition)
        {
            result.AddError(otherwise);
        }
    }

    private static void CheckContentType(OptionResult result)
    {
        string? text = result.GetValueOrDefault<string?>();
        Require(
            result,
            text is null || (MediaTypeHeaderValue.TryParse(text, out _) && EventRules.CheckContentType(text) is null),
            $"--content-type: '{text}' is not a media type such as application/json.");
    }

    private static void CheckTogether(CommandResult result, string? topic, string? data, FileInfo? file, bool lines, bool ndjson, bool complete)
    {
        Require(result, topic is not null || !complete, "--complete completes TOPIC; add the topic.");
        Require(result, topic is not null || ndjson, "The topic is missing: longwave publish TOPIC [DATA].");
        Require(result, topic is null || EventRules.CheckTopic(topic) is null, topic is null ? "" : EventRules.CheckTopic(topic)?.Detail ?? "");
        Require(result, !(lines && ndjson), "Use either --lines or --ndjson, not both.");
        Require(result, data is null || !(lines || ndjson), "With --lines or --ndjson, the events come from standard input or --file; remove DATA.");
        Require(result, data is null || file is null, "Use either DATA or --file, not both.");
    }
}
