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
          longwave publish notes --file note.txt
          tail -f /var/log/syslog | longwave publish logs --lines
          longwave publish --ndjson --file events.ndjson
          longwave tail 'prices/{symbol}' --json --count 1000 | longwave publish --ndjson --hub http://other:8080

        With --ndjson a line is a CloudEvent with the extension attribute "topic", or {"topic":"…","data":…} with,
        if you like, "type", "key", "id", "time" and "contenttype". A bad line stops it with its number.

        While the hub is busy, restarts or its disk is full, requests are sent again; every event has an idempotency
        key, so that none is published twice.

        Exit codes: 0 published; 1 refused, not reachable or not readable; 2 wrong command line; 130 interrupted.
        """;

    private static readonly TimeSpan LongestRetryFor = TimeSpan.FromMinutes(10);

    public static Command Create(Terminal terminal)
    {
        var topic = new Argument<string?>("TOPIC") { Description = "The topic, e.g. prices/AAPL. With --ndjson: the topic of lines that name none.", Arity = ArgumentArity.ZeroOrOne };
        var data = new Argument<string?>("DATA") { Description = "The data of the event. Without it and without --file it is read from standard input.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<FileInfo?>("--file", "-f") { Description = "Read the data, or the lines, from this file.", HelpName = "FILE" };
        var type = new Option<string?>("--type") { Description = "Type of the event, by which subscribers can filter.", HelpName = "TYPE" };
        var key = new Option<string?>("--key") { Description = "Key of the event: what within the topic it is about.", HelpName = "KEY" };
        var contentType = new Option<string?>("--content-type") { Description = "Media type of the data, e.g. application/json.", HelpName = "TYPE" };
        var idempotencyKey = new Option<string?>("--idempotency-key")
        {
            Description = "An event with the same key is published once, however often this command runs within the hub's window (default: a new key each time).",
            HelpName = "KEY",
        };
        var lines = new Option<bool>("--lines") { Description = "Every line is an event." };
        var ndjson = new Option<bool>("--ndjson") { Description = "Every line is an event in JSON, see below." };
        var positions = new Option<bool>("--positions") { Description = "With --lines or --ndjson: print the position of every event." };
        Option<long?> inFlight = WholeNumber.Option(
            "With --lines or --ndjson: requests under way at once (default: 1). With more, events of different requests may change places.", 1, 64, "--in-flight");
        Option<long?> fromLine = WholeNumber.Option("With --lines or --ndjson: begin at this line (default: 1).", 1, long.MaxValue, "--from-line");
        var retryFor = new Option<TimeSpan>("--retry-for")
        {
            Description = "How long a request is sent again while the hub can't take it, at most 10m (default: 1m).",
            HelpName = "TIME",
            CustomParser = Duration.ParseOption,
        };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Say nothing on standard error but errors." };
        Option<HubAddress> hub = HubOption.Create();
        contentType.Validators.Add(CheckContentType);

        var command = new Command("publish", "Publish an event, or many.")
        {
            topic, data, file, type, key, contentType, idempotencyKey, lines, ndjson, positions, inFlight, fromLine, retryFor, quiet, hub,
        };
        command.Validators.Add(result => CheckTogether(
            result, result.GetValue(topic), result.GetValue(data), result.GetValue(file), result.GetValue(lines), result.GetValue(ndjson)));
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
                    Positions = parsed.GetValue(positions),
                    Quiet = parsed.GetValue(quiet),
                    InFlight = (int)(parsed.GetValue(inFlight) ?? 1),
                    FromLine = parsed.GetValue(fromLine) ?? 1,
                    RetryFor = given == TimeSpan.Zero ? DefaultRetryFor : given < LongestRetryFor ? given : LongestRetryFor,
                    Hub = address,
                },
                terminal).RunAsync(interruption.Token);
        });
        return command;
    }

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
            $"--content-type: '{text}' is no media type such as application/json.");
    }

    private static void CheckTogether(CommandResult result, string? topic, string? data, FileInfo? file, bool lines, bool ndjson)
    {
        Require(result, topic is not null || ndjson, "Say which topic: longwave publish TOPIC [DATA].");
        Require(result, topic is null || EventRules.CheckTopic(topic) is null, topic is null ? "" : EventRules.CheckTopic(topic)?.Detail ?? "");
        Require(result, !(lines && ndjson), "--lines and --ndjson exclude each other.");
        Require(result, data is null || !(lines || ndjson), "With --lines or --ndjson the events come from standard input or --file, not from DATA.");
        Require(result, data is null || file is null, "DATA and --file exclude each other.");
    }
}
