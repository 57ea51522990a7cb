using System.CommandLine;
using System.Globalization;
using Longwave.Engine;
using Longwave.Engine.Log;
using Longwave.Terminals;

namespace Longwave.Backups;

/// <summary>Command <c>longwave backup</c>: copies a data directory into one file, also while a hub uses it, and examines the copy.</summary>
internal static class BackupCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave backup /var/lib/longwave /backup/longwave-2026-11-23.backup

        The file contains one state of the log, and the revocations. A hub can run meanwhile; its write-ahead log grows until
        the copy is complete. Run the command as the user of the hub. It also examines the copy, like `longwave check`.

        Exit codes: 0 copied and sound; 1 not copied, or the copy is damaged (it is kept); 2 invalid command line;
        130 interrupted.
        """;

    public static Command Create(Terminal terminal)
    {
        var directory = new Argument<string>("DIR") { Description = "Data directory." };
        var file = new Argument<string>("FILE") { Description = "File to write; it must not exist." };
        var command = new Command("backup", "Copy the log and the revocations into one file, also while the hub runs.") { directory, file };
        command.SetAction((parsed, cancellation) => BackupFailures.ReportAsync(terminal, async () =>
        {
            string path = Path.GetFullPath(parsed.GetValue(file)!);
            await Task.Run(() => DataDirectory.Backup(Path.GetFullPath(parsed.GetValue(directory)!), path), cancellation);
            LogReport report = await CheckCommand.ExamineAsync(terminal, path, cancellation);
            if (report.Problems.Count > 0)
            {
                terminal.Say($"{path} is damaged, like the log: {report.Problems[0]}. `longwave check` lists everything.");
                return ExitCode.Failed;
            }

            terminal.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{path}: {EventCount.Format(report.Events)}, epoch {report.Epoch:x8}, {new FileInfo(path).Length:#,0} bytes."));
            return ExitCode.Done;
        }));
        return command;
    }
}
