using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Longwave.Engine;
using Longwave.Engine.Log;
using Longwave.Terminals;

namespace Longwave.Backups;

/// <summary>Command <c>longwave check</c>: examines a data directory or a backup.</summary>
internal static class CheckCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave check /var/lib/longwave
          longwave check /backup/longwave-2026-11-23.backup --json

        Examines the structure of the database, the epoch, every event with its checksum, the topic index, and, while no hub
        uses the directory, the write-ahead log. It changes no data, and a hub can run meanwhile.

        Exit codes: 0 sound; 1 damaged or not readable; 2 invalid command line; 130 interrupted.
        """;

    private const int ProgressSteps = 1_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create(Terminal terminal)
    {
        var path = new Argument<string>("DIR") { Description = "Data directory, or file of a backup." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("check", "Examine a data directory or a backup for damage.") { path, json };
        command.SetAction((parsed, cancellation) => BackupFailures.ReportAsync(terminal, async () =>
        {
            string examined = Path.GetFullPath(parsed.GetValue(path)!);
            LogReport report = await ExamineAsync(terminal, examined, cancellation);
            if (parsed.GetValue(json))
            {
                terminal.Output.WriteLine(JsonSerializer.Serialize(
                    new { path = examined, epoch = report.Epoch.ToString("x8", CultureInfo.InvariantCulture), report.Events, report.WithoutChecksum, report.Topics, report.Lineage, report.Problems }, Json));
            }
            else
            {
                Print(terminal, examined, report);
            }

            return report.Problems.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    /// <summary>Examines a data directory or a backup, with progress on standard error.</summary>
    public static Task<LogReport> ExamineAsync(Terminal terminal, string path, CancellationToken cancellation)
    {
        var progress = new ProgressReport(terminal.Clock, ProgressSteps);
        var view = new ProgressView(terminal, "Checking", progress, quiet: false, besideOutput: false);
        long before = 0;
        return view.RunAsync(() => Task.Run(
            () => DataDirectory.Check(path, (events, fraction) =>
            {
                progress.Advance(events - before, (long)(fraction * ProgressSteps));
                before = events;
            }, cancellation),
            cancellation));
    }

    private static void Print(Terminal terminal, string path, LogReport report)
    {
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {EventCount.Format(report.Events)}; topics: {report.Topics:#,0}; epoch {report.Epoch:x8}"));
        foreach (string epoch in report.Lineage)
        {
            terminal.Output.WriteLine($"  epoch {epoch}");
        }

        if (report.WithoutChecksum > 0)
        {
            terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {EventCount.Format(report.WithoutChecksum)} without a checksum, from before format 5"));
        }

        foreach (string problem in report.Problems)
        {
            terminal.Output.WriteLine($"  DAMAGED: {problem}");
        }

        terminal.Output.WriteLine(report.Problems.Count == 0 ? "No damage found." : "Restore a backup with `longwave restore`, or let the hub report the damaged events as gaps.");
    }
}
