using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Longwave.Protocol.Urls;

namespace Longwave.Protocol.Selectors;

/// <summary>
/// Patterns in use, so that each is compiled once for all subscriptions and grants. References are weak: an entry ends with the last user of its
/// pattern. For any thread.
/// </summary>
internal sealed class SelectorCache
{
    /// <summary>Maximum number of entries of <see cref="Shared"/>.</summary>
    public const int MaxEntries = 16_384;

    private readonly int _most;
    private readonly ConcurrentDictionary<(SelectorKind Kind, string Text, UrlParts? Base), WeakReference<Selector>> _entries = new();

    // Approximate, because an exact count of a concurrent dictionary acquires all its locks.
    private int _count;
    private int _additionsUntilRemoval;

    /// <summary>Creates a cache.</summary>
    /// <param name="most">Maximum number of entries. Beyond it further patterns are compiled for each user, until other entries have ended.</param>
    public SelectorCache(int most) => _most = _additionsUntilRemoval = most;

    /// <summary>The cache of the process.</summary>
    public static SelectorCache Shared { get; } = new(MaxEntries);

    /// <summary>Number of entries, including those that have ended since the last removal.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Finds a pattern in use.</summary>
    public bool TryGet(SelectorKind kind, string text, UrlParts? baseUrl, [NotNullWhen(true)] out Selector? selector)
    {
        selector = null;
        return _entries.TryGetValue((kind, text, baseUrl), out WeakReference<Selector>? entry) && entry.TryGetTarget(out selector);
    }

    /// <summary>Adds a pattern. If another thread has added an equal one, returns that one.</summary>
    public Selector Add(Selector selector)
    {
        RemoveEndedSometimes();
        (SelectorKind Kind, string Text, UrlParts? Base) key = (selector.Kind, selector.Text, selector.Base);
        var added = new WeakReference<Selector>(selector);
        while (Count < _most)
        {
            WeakReference<Selector> entry = _entries.GetOrAdd(key, added);
            if (ReferenceEquals(entry, added))
            {
                Interlocked.Increment(ref _count);
                return selector;
            }

            if (entry.TryGetTarget(out Selector? found))
            {
                return found;
            }

            if (_entries.TryUpdate(key, added, entry))
            {
                return selector;
            }
        }

        return selector;
    }

    /// <summary>Removes the entries that have ended. Amortized: one visit of all entries for each fourth part of the limit in additions.</summary>
    private void RemoveEndedSometimes()
    {
        if (Interlocked.Decrement(ref _additionsUntilRemoval) != 0)
        {
            return;
        }

        RemoveEnded();
        Volatile.Write(ref _additionsUntilRemoval, Math.Max(1, _most / 4));
    }

    /// <summary>Removes the entries that have ended.</summary>
    public void RemoveEnded()
    {
        foreach (KeyValuePair<(SelectorKind Kind, string Text, UrlParts? Base), WeakReference<Selector>> entry in _entries)
        {
            if (!entry.Value.TryGetTarget(out _) && _entries.TryRemove(entry))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
