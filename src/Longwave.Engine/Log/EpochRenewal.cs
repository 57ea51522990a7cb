using System.Globalization;
using Longwave.Engine.Storage;

namespace Longwave.Engine.Log;

/// <summary>
/// Gives a new epoch to a log that was restored from a copy. The copy ends earlier than the lost log, so its next events would get positions that
/// lost events had.
/// </summary>
internal static class EpochRenewal
{
    public static (uint Before, uint After) Run(string dataDirectory)
    {
        string directory = Path.GetFullPath(dataDirectory);
        string file = Path.Combine(directory, "longwave.db");
        if (!File.Exists(file))
        {
            throw new LogUnavailableException($"There is no log in {directory}: longwave.db is missing. Set the directory of the restored log with --data.");
        }

        using FileStream held = EventLog.LockDirectory(directory);
        try
        {
            using Database database = Database.OpenWriter(file);
            LogSchema.Prepare(database);
            var before = (uint)database.Scalar("SELECT epoch FROM log");
            uint after = before;
            while (after == before)
            {
                after = LogSchema.NewEpoch();
            }

            database.Execute(string.Create(CultureInfo.InvariantCulture, $"UPDATE log SET epoch = {after}"));
            return (before, after);
        }
        catch (StorageException failed)
        {
            throw new LogUnavailableException($"Cannot change the log in {directory}: {failed.Message}", failed);
        }
    }
}
