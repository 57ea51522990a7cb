using System.CommandLine;
using System.Globalization;
using Longwave.Engine;
using Longwave.Engine.Storage;
using Longwave.Terminals;

namespace Longwave.Backups;

/// <summary>Command <c>longwave restore</c>: restores a backup into an empty data directory, with a new epoch.</summary>
internal static class RestoreCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave restore /backup/longwave.backup /var/lib/longwave
          longwave restore /var/lib/longwave

        The second form is for a data directory that was restored in another way, such as from a snapshot of the disk.

        A backup ends earlier than the lost log, so positions from the lost log would be ambiguous. The restored log has a new
        epoch: old positions are not valid, and each returning client receives `longwave.reset` and starts again. Stop the hub
        first.

        Exit codes: 0 restored; 1 no backup, directory not empty, in use by a hub, or not writable; 2 invalid command line.
        """;

    public static Command Create(Terminal terminal)
    {
        var source = new Argument<string>("SOURCE") { Description = "File that `longwave backup` wrote, or a copied data directory." };
        var directory = new Argument<string?>("DIR") { Description = "Empty data directory. Without it, SOURCE is the data directory.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("restore", "Restore a backup into an empty data directory, with a new epoch.") { source, directory };
        command.SetAction(parsed =>
        {
            string from = Path.GetFullPath(parsed.GetValue(source)!);
            string? to = parsed.GetValue(directory) is { } given ? Path.GetFullPath(given) : null;
            try
            {
                (uint before, uint after) = DataDirectory.Restore(from, to);
                terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The log in {to ?? from} now has epoch {after:x8} (before: {before:x8})."));
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
