using System.Globalization;
using Longwave.Engine.Log;
using Longwave.Engine.Revocations;
using Longwave.Engine.Storage;
using Microsoft.Win32.SafeHandles;

namespace Longwave.Engine;

/// <summary>Operations on the data directory of a hub: examine, back up, restore, compact. A backup is one file with the log and the revocations.</summary>
public static class DataDirectory
{
    private const string PartialSuffix = ".partial";

    /// <summary>Examines a data directory or a backup. A hub can use the directory meanwhile; the write-ahead log is then not examined.</summary>
    /// <param name="path">Data directory, or file of a backup.</param>
    /// <param name="progress">Receives the number of examined events, and the examined fraction.</param>
    /// <param name="cancellation">Ends the examination.</param>
    /// <exception cref="LogUnavailableException">There is no log, or this version cannot read it.</exception>
    public static LogReport Check(string path, Action<long, double> progress, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(progress);
        string log = FindLog(path);
        return Storage(path, () =>
        {
            // Not opened after a loss: SQLite would repair the file that shows it.
            return HasLostTransactions(log)
                ? new LogReport(0, [], 0, 0, 0, ["Write-ahead log: committed transactions are damaged or missing. The next start of the hub begins a new epoch."])
                : LogCheck.Run(log, progress, cancellation);
        });
    }

    /// <summary>Copies the log and the revocations of a data directory into one file. A hub can use the directory meanwhile.</summary>
    /// <remarks>The copy is one state of the log. While it is made, the write-ahead log of a running hub grows.</remarks>
    /// <param name="directory">Data directory.</param>
    /// <param name="file">The file; it must not exist.</param>
    /// <exception cref="LogUnavailableException">The directory cannot be read, or the file not written; the message contains the reason.</exception>
    public static void Backup(string directory, string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentException.ThrowIfNullOrEmpty(file);
        string log = FindLog(directory);
        if (File.Exists(file))
        {
            throw new LogUnavailableException($"{file} exists. Choose another file.");
        }

        Storage(directory, () =>
        {
            if (HasLostTransactions(log))
            {
                throw new LogUnavailableException($"The write-ahead log in {directory} is damaged. Start the hub once, which begins a new epoch, then back up.");
            }

            CopyTo(log, file);
            return true;
        });
    }

    /// <summary>Restores a backup into an empty data directory, with a new epoch: every client that resumes gets <c>longwave.reset</c>.</summary>
    /// <param name="source">A backup, or a data directory that was copied in another way.</param>
    /// <param name="directory">The data directory; null if <paramref name="source"/> is the data directory itself.</param>
    /// <returns>The epoch of the source, and the new one.</returns>
    /// <exception cref="LogUnavailableException">The source cannot be read, or the directory not written; the message contains the reason.</exception>
    public static (uint Before, uint After) Restore(string source, string? directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        string log = FindLog(source);
        if (directory is null)
        {
            return Directory.Exists(source)
                ? EpochRenewal.Run(source)
                : throw new LogUnavailableException($"{source} is a backup. State the data directory to restore it into.");
        }

        using (FileStream held = EventLog.LockDirectory(Path.GetFullPath(directory)))
        {
            string restored = Path.Combine(directory, EventLog.FileName);
            if (File.Exists(restored) || File.Exists(Path.Combine(directory, RevocationList.FileName)))
            {
                throw new LogUnavailableException($"{directory} has a log. Choose an empty directory.");
            }

            Storage(directory, () =>
            {
                string partial = restored + PartialSuffix;
                File.Delete(partial);
                CopyTo(log, partial);
                SplitRevocations(partial, directory);
                File.Move(partial, restored);
                return true;
            });
        }

        return EpochRenewal.Run(directory);
    }

    /// <summary>
    /// Rewrites the log of a data directory without free pages; positions and the epoch stay. No hub can use the directory meanwhile. A log from a
    /// version whose files never became smaller returns free pages to the file system from then on.
    /// </summary>
    /// <param name="directory">Data directory. Its file system needs room for the rewritten log.</param>
    /// <returns>Size of the database in bytes, before and after.</returns>
    /// <exception cref="LogUnavailableException">The log cannot be read or written, or a hub uses it; the message contains the reason.</exception>
    public static (long Before, long After) Compact(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string log = FindLog(directory);
        if (!Directory.Exists(directory))
        {
            throw new LogUnavailableException($"{directory} is a backup, which has no free space. State a data directory.");
        }

        using FileStream held = EventLog.LockDirectory(Path.GetFullPath(directory));
        return Storage(directory, () =>
        {
            if (WalFile.HasLostTransactions(log))
            {
                throw new LogUnavailableException($"The write-ahead log in {directory} is damaged. Start the hub once, which begins a new epoch, then compact.");
            }

            string partial = log + PartialSuffix;
            File.Delete(partial);
            long before;
            using (Database source = Database.OpenWriter(log))
            {
                // The new file must not meet transactions of the old one.
                source.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
                if (new FileInfo(log + "-wal") is { Exists: true, Length: > 0 })
                {
                    throw new LogUnavailableException($"Another process reads the log in {directory}. Wait until it ends, then compact.");
                }

                before = new FileInfo(log).Length;
                LogSchema.Copy(source, partial);
            }

            Flush(partial);
            File.Move(partial, log, overwrite: true);
            return (before, new FileInfo(log).Length);
        });
    }

    private static string FindLog(string path)
    {
        string log = Directory.Exists(path) ? Path.Combine(path, EventLog.FileName) : path;
        return File.Exists(log) ? log : throw new LogUnavailableException($"There is no log in {path}.");
    }

    /// <summary>Whether a log that no hub uses has lost transactions. The files of a running hub change all the time.</summary>
    private static bool HasLostTransactions(string log)
    {
        try
        {
            string held = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(log))!, EventLog.LockName);
            using FileStream? free = File.Exists(held) ? new FileStream(held, FileMode.Open, FileAccess.Read, FileShare.None) : null;
            return WalFile.HasLostTransactions(log);
        }
        catch (IOException)
        {
            // A hub uses the directory.
            return false;
        }
    }

    private static void CopyTo(string log, string file)
    {
        string partial = file + PartialSuffix;
        File.Delete(partial);
        using (Database source = Database.OpenReader(log))
        {
            LogSchema.Copy(source, partial);
        }

        // After the log, so that a token that was revoked meanwhile stays revoked.
        string revocations = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(log))!, RevocationList.FileName);
        using (Database copy = Database.OpenWriter(partial))
        {
            if (Path.GetFileName(log) == EventLog.FileName && File.Exists(revocations))
            {
                copy.Execute($"ATTACH {Quoted(revocations)} AS other");
                copy.Execute($"BEGIN; {RevocationList.Table} INSERT OR REPLACE INTO revocations SELECT * FROM other.revocations; COMMIT; DETACH other;");
            }
        }

        Flush(partial);
        File.Move(partial, file);
    }

    private static void Flush(string file)
    {
        using SafeFileHandle written = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(written);
    }

    /// <summary>Moves the revocations of a backup into their own file.</summary>
    private static void SplitRevocations(string log, string directory)
    {
        using Database copy = Database.OpenWriter(log);
        if (copy.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'revocations'") == 0)
        {
            return;
        }

        string partial = Path.Combine(directory, RevocationList.FileName + PartialSuffix);
        File.Delete(partial);
        using (Database revocations = Database.OpenWriter(partial))
        {
            revocations.Execute(RevocationList.Settings + RevocationList.Table);
            revocations.Execute($"ATTACH {Quoted(log)} AS other");
            revocations.Execute("INSERT INTO main.revocations SELECT * FROM other.revocations; DETACH other;");
        }

        copy.Execute("DROP TABLE revocations");
        File.Move(partial, Path.Combine(directory, RevocationList.FileName));
    }

    private static string Quoted(string path) => string.Create(CultureInfo.InvariantCulture, $"'{path.Replace("'", "''", StringComparison.Ordinal)}'");

    /// <summary>Runs work and turns a failure of storage into a sentence.</summary>
    private static T Storage<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failed) when (failed is StorageException or IOException or UnauthorizedAccessException)
        {
            throw new LogUnavailableException($"{path}: {failed.Message}", failed);
        }
    }
}
