using Longwave.Engine.Storage;

namespace Longwave.Engine.Log;

/// <summary>Transactions on the one connection that writes the log. Writer thread only.</summary>
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

    /// <summary>Runs <paramref name="work"/> in a transaction; when it or the commit throws, nothing of it stays.</summary>
    public void Transact(Action work) => Transact(work, static work => work());

    /// <summary>The same, for work on the path of every event: nothing is allocated for it.</summary>
    public void Transact<T>(T target, Action<T> work)
    {
        try
        {
            _begin.Run();
            work(target);
            _commit.Run();
        }
        catch
        {
            _database.RollBack();
            throw;
        }
    }

    /// <summary>Writes a slice of the index in a transaction of its own.</summary>
    public void Index(int maxEntries)
    {
        TopicIndexer.Slice slice = default;
        Transact(() => slice = _indexer.Write(maxEntries));
        _indexer.Committed(slice);
    }

    /// <summary>Writes and syncs a page whose content stays as it was. Throws <see cref="StorageException"/> when that fails.</summary>
    public void Touch() => Transact(() =>
    {
        // SQLite writes nothing for an update that changes nothing: the row has to go and come back.
        _touch.Run();
        _untouch.Run();
    });

    /// <summary>Moves the WAL into the database, to make room. A full disk is no error here, since that is why it is tried.</summary>
    public void Checkpoint()
    {
        try
        {
            _database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (StorageException full) when (full.IsDiskFull)
        {
            // The next publish is told that the disk is full; nothing more to say here.
        }
    }
}
