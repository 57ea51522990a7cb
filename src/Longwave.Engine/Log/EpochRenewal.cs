using System.Globalization;
using Longwave.Engine.Storage;
using Microsoft.Extensions.Logging;

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
        string file = Path.Combine(directory, EventLog.FileName);
        if (!File.Exists(file))
        {
            throw new LogUnavailableException($"There is no log in {directory}: longwave.db is missing.");
        }

        using FileStream held = EventLog.LockDirectory(directory);
        try
        {
            using Database database = Database.OpenWriter(file);
            LogSchema.Prepare(database);
            return Renew(database, "restored");
        }
        catch (StorageException failed)
        {
            throw new LogUnavailableException($"Cannot change the log in {directory}: {failed.Message}", failed);
        }
    }

    /// <summary>Gives a new epoch to a log whose write-ahead log has lost acknowledged events, and reports the loss.</summary>
    public static void AfterLoss(Database database, ILogger logger)
    {
        LogSchema.Prepare(database);
        (uint before, uint after) = Renew(database, "damaged write-ahead log");
        StorageLog.EventsLost(logger, database.Scalar("SELECT max(offset) FROM events"), after, before);
    }

    private static (uint Before, uint After) Renew(Database database, string reason)
    {
        var before = (uint)database.Scalar("SELECT epoch FROM log");
        uint after = before;
        while (after == before)
        {
            after = LogSchema.NewEpoch();
        }

        database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            BEGIN IMMEDIATE;
            INSERT INTO epochs SELECT {after}, {before}, coalesce((SELECT max(offset) FROM events), 0), unixepoch() * 1000, '{reason}';
            UPDATE log SET epoch = {after};
            COMMIT;
            """));
        return (before, after);
    }
}
