using System.CommandLine;
using System.Text.Json;
using Longwave.Terminals;

namespace Longwave.Manage;

/// <summary>Command <c>longwave topics</c>: lists the topics of a hub.</summary>
internal static class TopicsCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = $$"""
        Examples:
          longwave topics
          longwave topics 'prices/{symbol}'
          longwave topics --json | jq -r 'select(.count > 1000000) | .topic'

        On a terminal the list is a table. Elsewhere each topic is a line: name, number of events, bytes, position of the oldest
        event, position of the newest event, and durability, separated by tabs.

        {{ManageCommand.ExitCodes}}
        """;

    public static Command Create(Terminal terminal)
    {
        var selector = new Argument<string?>("SELECTOR") { Description = "Topics to list (default: all topics that the token may read).", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = ManageCommand.JsonOption();
        return ManageCommand.Complete(new Command("topics", "List the topics of a hub.") { selector, json }, terminal, async (hub, parsed, cancellation) =>
        {
            var list = new Listing(
                terminal,
                parsed.GetValue(json),
                ("TOPIC", static topic => Listing.Text(topic, "topic")),
                ("EVENTS", Listing.Number(terminal, "count")),
                ("BYTES", Listing.Number(terminal, "bytes")),
                ("OLDEST", static topic => Listing.Text(topic, "first")),
                ("NEWEST", static topic => Listing.Text(topic, "tip")),
                ("KEPT IN", static topic => Listing.Text(topic, "durability")));
            var query = new Dictionary<string, string?> { ["topic"] = parsed.GetValue(selector) };
            await foreach (IReadOnlyList<JsonElement> page in hub.ListAsync("v1/topics", "topics", query, cancellation))
            {
                await list.WriteAsync(page);
            }

            return ExitCode.Done;
        });
    }
}
