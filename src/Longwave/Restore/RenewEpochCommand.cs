using System.CommandLine;
using System.Globalization;
using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Engine.Storage;
using Longwave.Terminals;

namespace Longwave.Restore;

/// <summary>Command <c>longwave renew-epoch</c>: gives a log restored from a backup a new epoch.</summary>
internal static class RenewEpochCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave renew-epoch
          longwave renew-epoch --data /var/lib/longwave

        A restored backup ends earlier than the lost log, so positions from the lost log would be ambiguous. With a new epoch,
        old positions are not valid: each returning client receives `longwave.reset` and starts again. Stop the hub first.

        Exit codes: 0 done; 1 no log in the directory, log in use by a hub, or not writable; 2 invalid command line.
        """;

    public static Command Create(Terminal terminal)
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Directory of the restored log (default: ./longwave-data).", HelpName = "DIR" };
        var command = new Command("renew-epoch", "Give a log that was restored from a backup a new epoch.") { data };
        command.SetAction(parsed =>
        {
            string directory = parsed.GetValue(data)?.FullName ?? Path.GetFullPath(new EngineOptions().DataDirectory);
            try
            {
                (uint before, uint after) = HubEngine.RenewEpoch(directory);
                terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The log in {directory} now has epoch {after:x8} (before: {before:x8})."));
                return ExitCode.Done;
            }
            catch (LogUnavailableException failed)
            {
                terminal.Say(failed.Message);
                return ExitCode.Failed;
            }
        });
        return command;
    }
}
