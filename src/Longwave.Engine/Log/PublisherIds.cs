using System.Collections.Concurrent;
using Longwave.Engine.Storage;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Log;

/// <summary>Finds events by what their publishers call them: an alias of the offset, indexed, never the order. For any thread.</summary>
/// <remarks>
/// Storage has the names of stored events in the same transaction as the events, so an event that anybody has seen is found. Those that no
/// disk sees are remembered here for as long as the hot tail has them. Publishers may use a name twice; it then means the first event that
/// still exists.
/// </remarks>
internal sealed class PublisherIds(string path) : IDisposable
{
    // Of events that only the hot tail has, whose bound is theirs.
    private readonly ConcurrentDictionary<string, long> _unstored = new(StringComparer.Ordinal);

    // Guards the connection and its statements, which are made on first need: most hubs never look for a name.
    private readonly Lock _gate = new();

    private Database? _database;
    private Statement? _find;
    private Statement? _name;
    private bool _isClosed;

    /// <summary>Offset of the first event of this name, or null.</summary>
    public long? Find(string id)
    {
        if (EventRules.CheckId(id) is not null)
        {
            return null;
        }

        long? stored = FindStored(id);
        return !_unstored.TryGetValue(id, out long unstored) ? stored : stored is { } offset ? Math.Min(offset, unstored) : unstored;
    }

    /// <summary>Whether storage has an event at this offset, and what its publisher calls it.</summary>
    public bool TryName(long offset, out string? id)
    {
        lock (_gate)
        {
            id = null;
            if (!TryOpen_NeedsLock())
            {
                return false;
            }

            using Statement.Rows rows = _name!.Bind(1, offset).Query();
            bool found = rows.Next();
            id = found && !_name.IsNull(0) ? _name.Text(0) : null;
            return found;
        }
    }

    /// <summary>An event that storage does not get. Of the writer.</summary>
    public void Remember(string id, long offset) => _unstored.TryAdd(id, offset);

    /// <summary>Such an event has left the hot tail. Of the writer.</summary>
    public void Forget(string id, long offset) => _unstored.TryRemove(KeyValuePair.Create(id, offset));

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _database?.Dispose();
            _database = null;
        }
    }

    private long? FindStored(string id)
    {
        lock (_gate)
        {
            if (!TryOpen_NeedsLock())
            {
                return null;
            }

            using Statement.Rows rows = _find!.BindText(1, id).Query();
            return rows.Next() ? _find.Int64(0) : null;
        }
    }

    private bool TryOpen_NeedsLock()
    {
        if (_database is null && !_isClosed)
        {
            Database opened = Database.OpenReader(path);
            try
            {
                _find = opened.Prepare("SELECT offset FROM events WHERE publisher_id = ?1 ORDER BY offset LIMIT 1");
                _name = opened.Prepare("SELECT publisher_id FROM events WHERE offset = ?1");
            }
            catch
            {
                opened.Dispose();
                throw;
            }

            // Last: after an error the next lookup tries again from the start.
            _database = opened;
        }

        return _database is not null;
    }
}
