using Longwave.Engine.Storage;
using Longwave.Terminals;

namespace Longwave.Backups;

/// <summary>How the commands of this folder end when they fail or are interrupted.</summary>
internal static class BackupFailures
{
    /// <summary>Runs a command, and turns the failure of a log into its message. Returns the exit code.</summary>
    public static async Task<int> ReportAsync(Terminal terminal, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (LogUnavailableException failed)
        {
            terminal.Say(failed.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }
}
