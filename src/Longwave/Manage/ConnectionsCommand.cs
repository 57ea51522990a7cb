using System.CommandLine;
using System.Text.Json;
using Longwave.Terminals;

namespace Longwave.Manage;

/// <summary>Command <c>longwave connections</c>: lists the open streams of a hub.</summary>
internal static class ConnectionsCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = $"""
        Examples:
          longwave connections
          longwave connections --subject alice
          longwave connections --json | jq -r .address | sort | uniq -c

        Requires the admin role. On a terminal the list is a table. Elsewhere each stream is a line: id, subject, address,
        protocol, time of its start, and selectors, separated by tabs. `longwave revoke --connection ID` ends a stream.

        {ManageCommand.ExitCodes}
        """;

    public static Command Create(Terminal terminal)
    {
        var subject = new Option<string?>("--subject") { Description = "List only streams of this subject.", HelpName = "SUBJECT" };
        Option<bool> json = ManageCommand.JsonOption();
        return ManageCommand.Complete(new Command("connections", "List the open streams of a hub.") { subject, json }, terminal, async (hub, parsed, cancellation) =>
        {
            var list = new Listing(
                terminal,
                parsed.GetValue(json),
                ("ID", static stream => Listing.Text(stream, "id")),
                ("SUBJECT", static stream => Listing.Text(stream, "subject")),
                ("ADDRESS", static stream => Listing.Text(stream, "address")),
                ("PROTOCOL", static stream => Listing.Text(stream, "protocol")),
                ("OPENED", static stream => Listing.Text(stream, "opened")),
                ("TOPICS", static stream => Listing.Texts(stream, "topics")));
            var query = new Dictionary<string, string?> { ["subject"] = parsed.GetValue(subject) };
            await foreach (IReadOnlyList<JsonElement> page in hub.ListAsync("v1/connections", "connections", query, cancellation))
            {
                await list.WriteAsync(page);
            }

            return ExitCode.Done;
        });
    }
}
