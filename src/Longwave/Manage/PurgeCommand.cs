using System.CommandLine;
using System.Text.Json;
using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Manage;

/// <summary>Command <c>longwave purge</c>: deletes a topic, or its oldest events, after a confirmation.</summary>
internal static class PurgeCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = $"""
        Examples:
          longwave purge orders/7
          longwave purge orders/7 --through 5f3a9c1e-1042
          longwave purge orders/7 --before 30d --yes

        Requires the admin role. Without --through and --before, the hub deletes all events of the topic. No reader receives the
        events any more; clients that have not received them get longwave.gap with the reason 'deleted'. The deletion cannot
        be undone. On a terminal the command asks first; elsewhere it requires --yes.

        {ManageCommand.ExitCodes}
        """;

    /// <summary>Longest accepted answer to the question, in bytes.</summary>
    private const int MaxAnswerBytes = 256;

    public static Command Create(Terminal terminal)
    {
        var topic = new Argument<string>("TOPIC") { Description = "The exact name of the topic." };
        var through = new Option<string?>("--through") { Description = "Delete the events up to and including this position.", HelpName = "POSITION" };
        var before = new Option<string?>("--before") { Description = "Delete the events from before this time (2026-11-23T06:57:00Z), or older than a duration such as 30d.", HelpName = "TIME|30d" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Delete without a question." };
        Option<bool> json = ManageCommand.JsonOption();
        var command = new Command("purge", "Delete a topic or its oldest events.") { topic, through, before, yes, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(through) is not null && result.GetValue(before) is not null)
            {
                result.AddError("Use either --through or --before, not both.");
            }
        });
        return ManageCommand.Complete(command, terminal, async (hub, parsed, cancellation) =>
        {
            string name = parsed.GetValue(topic)!;
            string part = parsed.GetValue(through) is { } position ? $"the events through {position}"
                : parsed.GetValue(before) is { } time ? $"the events before {time}"
                : "all events";
            if (!parsed.GetValue(yes) && !terminal.InputIsTerminal)
            {
                terminal.Say("The deletion cannot be undone: confirm it with --yes.");
                return ExitCode.Usage;
            }

            if (!parsed.GetValue(yes) && !await ConfirmAsync(terminal, VisibleText.Escape($"Delete {part} of topic '{name}' at {hub.Name}? Type yes: "), cancellation))
            {
                terminal.Say("Nothing was deleted.");
                return ExitCode.Failed;
            }

            var query = new Dictionary<string, string?> { ["topic"] = name, ["through"] = parsed.GetValue(through), ["before"] = parsed.GetValue(before) };
            JsonElement answer = await hub.SendAsync(HttpMethod.Delete, "v1/topics", query, body: null, cancellation);
            terminal.Output.WriteLine(parsed.GetValue(json) ? VisibleText.EscapeJson(answer.GetRawText()) : Describe(answer));
            return ExitCode.Done;
        });
    }

    private static string Describe(JsonElement answer)
    {
        string rest = answer.TryGetProperty("empty", out JsonElement empty) && empty.GetBoolean() ? " The topic has no events left." : "";
        return answer.TryGetProperty("deleted", out JsonElement deleted) && deleted.GetBoolean()
            ? $"Deleted through {Listing.Text(answer, "deleted_through")}.{rest}"
            : $"There was nothing to delete.{rest}";
    }

    private static async Task<bool> ConfirmAsync(Terminal terminal, string question, CancellationToken cancellation)
    {
        await terminal.Error.WriteAsync(question);
        await terminal.Error.FlushAsync(cancellation);
        byte[] line = new byte[MaxAnswerBytes];
        int length = 0;
        while (length < line.Length
            && await terminal.Input.ReadAsync(line.AsMemory(length, 1), CancellationToken.None).AsTask().WaitAsync(cancellation) == 1
            && line[length] != '\n')
        {
            length++;
        }

        return System.Text.Encoding.UTF8.GetString(line, 0, length).Trim() == "yes";
    }
}
