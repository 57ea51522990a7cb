using System.CommandLine;
using System.Text.Json;
using Longwave.Terminals;

namespace Longwave.Manage;

/// <summary>Command <c>longwave health</c>: prints the state of a hub.</summary>
internal static class HealthCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave health
          longwave health --hub http://hub:8080 && echo ready

        Prints the state that the hub reports at /readyz.

        Exit codes: 0 ready; 1 not ready, or no hub; 2 invalid command line; 130 interrupted.
        """;

    public static Command Create(Terminal terminal)
    {
        Option<bool> json = ManageCommand.JsonOption();
        return ManageCommand.Complete(new Command("health", "Show whether a hub is ready.") { json }, terminal, async (hub, parsed, cancellation) =>
        {
            (bool isReady, JsonElement answer) = await hub.ReadHealthAsync("readyz", cancellation);
            terminal.Output.WriteLine(parsed.GetValue(json) ? VisibleText.EscapeJson(answer.GetRawText()) : VisibleText.Escape(Listing.Text(answer, "status")));
            return isReady ? ExitCode.Done : ExitCode.Failed;
        });
    }
}
