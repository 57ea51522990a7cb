using System.Diagnostics;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Binary heap of items ordered by a number, smallest first. Each item stores its index in the heap, so that a change of its key or its removal takes
/// O(log n) steps and leaves no stale entry. No operation allocates, except that the array grows. For one thread.
/// </summary>
/// <param name="indexOf">The field of an item that stores its index; -1 while the item is not in the heap.</param>
internal sealed class IndexedHeap<T>(IndexedHeap<T>.IndexField indexOf)
    where T : class
{
    // The keys are here rather than in the items, so that a comparison reads adjacent memory.
    private readonly List<(long Key, T Item)> _entries = [];

    /// <summary>Returns the index field of an item.</summary>
    public delegate ref int IndexField(T item);

    public int Count => _entries.Count;

    /// <summary>The item with the smallest key. The heap must not be empty.</summary>
    public T First => _entries[0].Item;

    /// <summary>The smallest key. The heap must not be empty.</summary>
    public long FirstKey => _entries[0].Key;

    public bool Contains(T item) => indexOf(item) >= 0;

    /// <summary>Adds an item, or changes its key.</summary>
    public void Set(T item, long key)
    {
        int index = indexOf(item);
        if (index < 0)
        {
            index = _entries.Count;
            _entries.Add((key, item));
        }

        Place(index, (key, item));
    }

    /// <summary>Removes an item; no effect if it is not in the heap.</summary>
    public void Remove(T item)
    {
        int index = indexOf(item);
        if (index < 0)
        {
            return;
        }

        Debug.Assert(ReferenceEquals(_entries[index].Item, item), "An item stores its own index.");
        (long Key, T Item) last = _entries[^1];
        _entries.RemoveAt(_entries.Count - 1);
        indexOf(item) = -1;
        if (index < _entries.Count)
        {
            Place(index, last);
        }
    }

    /// <summary>
    /// Stores an entry at the index that its key requires. The entry at <paramref name="index"/> is free. An entry moves either up or down, so at most
    /// one of the two loops runs.
    /// </summary>
    private void Place(int index, (long Key, T Item) entry)
    {
        for (int parent = (index - 1) / 2; index > 0 && entry.Key < _entries[parent].Key; parent = (index - 1) / 2)
        {
            Put(index, _entries[parent]);
            index = parent;
        }

        for (int child = SmallerChild(index); child < _entries.Count && _entries[child].Key < entry.Key; child = SmallerChild(index))
        {
            Put(index, _entries[child]);
            index = child;
        }

        Put(index, entry);
    }

    /// <summary>Index of the child with the smaller key; an index after the last entry if there is no child.</summary>
    private int SmallerChild(int index)
    {
        int child = (2 * index) + 1;
        return child + 1 < _entries.Count && _entries[child + 1].Key < _entries[child].Key ? child + 1 : child;
    }

    private void Put(int index, (long Key, T Item) entry)
    {
        _entries[index] = entry;
        indexOf(entry.Item) = index;
    }
}
