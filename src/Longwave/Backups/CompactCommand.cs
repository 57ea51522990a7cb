using System.CommandLine;
using System.Globalization;
using Longwave.Engine;
using Longwave.Engine.Storage;
using Longwave.Terminals;

namespace Longwave.Backups;

/// <summary>Command <c>longwave compact</c>: rewrites the log of a data directory without free space.</summary>
internal static class CompactCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave compact /var/lib/longwave

        A running hub returns free space to the file system by itself, except for a log that a version without this function
        created. The file of such a log never becomes smaller. Compact it once; it returns free space from then on. Positions
        and the epoch stay, so no client notices. Stop the hub first. The file system needs room for the new file, which
        replaces the old one at the end; an interrupted command changes nothing.

        Exit codes: 0 compacted; 1 no log, in use by a hub, damaged, or not writable; 2 invalid command line.
        """;

    public static Command Create(Terminal terminal)
    {
        var directory = new Argument<string>("DIR") { Description = "Data directory." };
        var command = new Command("compact", "Rewrite the log without free space, while no hub runs.") { directory };
        command.SetAction(parsed =>
        {
            string path = Path.GetFullPath(parsed.GetValue(directory)!);
            try
            {
                (long before, long after) = DataDirectory.Compact(path);
                terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The log in {path} has {after:#,0} bytes (before: {before:#,0})."));
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
