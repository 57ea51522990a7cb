using System.Collections.Concurrent;
using Longwave.Engine.Storage;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Log;

/// <summary>
/// Lookup of events by the ids of their publishers. An id is an indexed alias of the offset and does not affect the order. For any thread.
/// </summary>
/// <remarks>
/// Storage has the ids of stored events in the same transaction as the events, so every event that a client has seen is found. The ids of events that
/// are not stored are kept here as long as the hot tail has the events. Publishers can use an id twice; it then refers to the first event that still
/// exists.
/// </remarks>
internal sealed class PublisherIds(string path) : IDisposable
{
    // Only ids of events in the hot tail that are not stored, so the size of the hot tail limits it.
    private readonly ConcurrentDictionary<string, long> _unstored = new(StringComparer.Ordinal);

    // Guards the connection and its statements, which are created on first need: most hubs never look up an id.
    private readonly Lock _gate = new();

    private Database? _database;
    private Statement? _find;
    private Statement? _name;
    private bool _isClosed;

    /// <summary>Number of ids that are kept in memory.</summary>
    public int Count => _unstored.Count;

    /// <summary>Offset of the first event with this id, or null.</summary>
    public long? Find(string id)
    {
        if (EventRules.CheckId(id) is not null)
        {
            return null;
        }

        long? stored = FindStored(id);
        return !_unstored.TryGetValue(id, out long unstored) ? stored : stored is { } offset ? Math.Min(offset, unstored) : unstored;
    }

    /// <summary>Whether storage has an event at this offset, and the id that its publisher gave it.</summary>
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

    /// <summary>Adds the id of an event that is not stored. Writer thread only.</summary>
    public void Remember(string id, long offset) => _unstored.TryAdd(id, offset);

    /// <summary>Removes the id of such an event after its eviction from the hot tail. Writer thread only.</summary>
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

            // Last: after an error the next lookup starts again from the beginning.
            _database = opened;
        }

        return _database is not null;
    }
}
