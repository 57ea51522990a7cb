using Longwave.Engine.Storage;

namespace Longwave.Engine.Log;

/// <summary>Transactions on the only connection that writes the log. Writer thread only.</summary>
internal sealed class LogWriter
{
    private readonly Database _database;
    private readonly TopicIndexer _indexer;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _touch;
    private readonly Statement _untouch;

    public LogWriter(Database database, TopicIndexer indexer)
    {
        (_database, _indexer) = (database, indexer);
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _touch = database.Prepare("INSERT INTO idempotency (offset, time, key) VALUES (0, 0, x'')");
        _untouch = database.Prepare("DELETE FROM idempotency WHERE offset = 0");
    }

    /// <summary>Whether the last transaction failed during its commit, so that only a restart can tell whether it is stored.</summary>
    public bool IsCommitUncertain { get; private set; }

    /// <summary>Runs <paramref name="work"/> in a transaction, and rolls back if it or the commit throws.</summary>
    public void Transact(Action work) => Transact(work, static work => work());

    /// <summary>Runs work in a transaction, without an allocation; for the path of every event.</summary>
    public void Transact<T>(T target, Action<T> work)
    {
        IsCommitUncertain = false;
        try
        {
            _begin.Run();
            work(target);
            IsCommitUncertain = true;
            _commit.Run();
            IsCommitUncertain = false;
        }
        catch
        {
            _database.RollBack();
            throw;
        }
    }

    /// <summary>Writes a slice of the index in a separate transaction.</summary>
    public void Index(int maxEntries)
    {
        TopicIndexer.Slice slice = default;
        Transact(() => slice = _indexer.Write(maxEntries));
        _indexer.Committed(slice);
    }

    /// <summary>Writes and syncs a page without changing its content. Throws <see cref="StorageException"/> if that fails.</summary>
    public void Touch() => Transact(() =>
    {
        // SQLite writes nothing for an update without a change, so a row is inserted and deleted.
        _touch.Run();
        _untouch.Run();
    });

    /// <summary>Number of the free pages inside the database, and of all its pages.</summary>
    public (long Free, long All) Pages => (_database.Scalar("PRAGMA freelist_count"), _database.Scalar("PRAGMA page_count"));

    /// <summary>Size of the free pages inside the database, in bytes: new events use them before the file grows.</summary>
    public long FreeBytes => _database.Scalar("PRAGMA freelist_count") * _database.Scalar("PRAGMA page_size");

    /// <inheritdoc cref="LogSchema.LimitWal"/>
    public void LimitWal(long reserveBytes) => LogSchema.LimitWal(_database, reserveBytes);

    /// <summary>
    /// Moves the WAL into the database and frees its space, or without <paramref name="truncates"/> keeps its space for the next transactions. A full
    /// disk is not an error here, because the call is made for a full disk.
    /// </summary>
    public void Checkpoint(bool truncates)
    {
        try
        {
            _database.Execute(truncates ? "PRAGMA wal_checkpoint(TRUNCATE)" : "PRAGMA wal_checkpoint(PASSIVE)");
        }
        catch (StorageException full) when (full.IsDiskFull)
        {
            // The next publish reports that the disk is full; no report is needed here.
        }
    }
}
