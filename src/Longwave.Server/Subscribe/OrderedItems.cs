using System.Diagnostics.CodeAnalysis;

namespace Longwave.Server.Subscribe;

/// <summary>Items in the order of their keys, so that a reader can continue after any key. For any thread.</summary>
/// <remarks>
/// A reader copies a bounded number of items under the lock and examines them afterwards: it delays a change by microseconds, however many items there
/// are. It sees each item that is present from its first step to its last; items that are added or removed meanwhile may be missing.
/// </remarks>
/// <param name="keyOf">The key of an item. It never changes.</param>
/// <param name="order">Order of the keys.</param>
internal sealed class OrderedItems<TKey, TItem>(Func<TItem, TKey> keyOf, IComparer<TKey> order)
    where TKey : notnull
    where TItem : class
{
    /// <summary>Number of items copied at a time.</summary>
    private const int RunItems = 256;

    // Guards _items.
    private readonly Lock _gate = new();

    private readonly SortedSet<(TKey Key, TItem? Item)> _items = new(Comparer<(TKey Key, TItem? Item)>.Create((a, b) => order.Compare(a.Key, b.Key)));

    /// <summary>All items.</summary>
    public IEnumerable<TItem> All => Read(isAfter: false, default!);

    /// <summary>The items after a key, whether an item has the key or not.</summary>
    public IEnumerable<TItem> After(TKey key) => Read(isAfter: true, key);

    /// <summary>Adds an item; false if its key is in use.</summary>
    public bool TryAdd(TItem item)
    {
        lock (_gate)
        {
            return _items.Add((keyOf(item), item));
        }
    }

    /// <summary>Removes the item of a key, if there is one.</summary>
    public bool Remove(TKey key)
    {
        lock (_gate)
        {
            return _items.Remove((key, null));
        }
    }

    /// <summary>Finds the item of a key.</summary>
    public bool TryGet(TKey key, [NotNullWhen(true)] out TItem? item)
    {
        lock (_gate)
        {
            item = _items.TryGetValue((key, null), out (TKey Key, TItem? Item) found) ? found.Item : null;
            return item is not null;
        }
    }

    private IEnumerable<TItem> Read(bool isAfter, TKey key)
    {
        List<TItem> run = new(RunItems);
        do
        {
            CopyAfter(isAfter, key, run);
            foreach (TItem item in run)
            {
                yield return item;
            }

            (isAfter, key) = (true, run.Count > 0 ? keyOf(run[^1]) : key);
        }
        while (run.Count == RunItems);
    }

    private void CopyAfter(bool isAfter, TKey key, List<TItem> run)
    {
        run.Clear();
        lock (_gate)
        {
            if (_items.Count == 0 || (isAfter && order.Compare(key, _items.Max.Key) >= 0))
            {
                return;
            }

            foreach ((TKey found, TItem? item) in isAfter ? _items.GetViewBetween((key, null), _items.Max) : _items)
            {
                if (isAfter && order.Compare(found, key) == 0)
                {
                    continue;
                }

                run.Add(item!);
                if (run.Count == RunItems)
                {
                    return;
                }
            }
        }
    }
}
