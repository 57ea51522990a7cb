namespace Longwave.Engine.Topics;

/// <summary>Items by the prefix of the keys that they concern, so that a key meets only items whose prefix it begins with. For one thread.</summary>
/// <remarks>
/// The nodes are sorted by prefix (ordinal). So all prefixes that begin with a given one are adjacent, and of all prefixes of a key, the one before
/// the key's place is below the longest. An addition moves at most the array of nodes; a search takes logarithmic time plus the items found.
/// </remarks>
internal sealed class PrefixIndex<T>
{
    private readonly List<PrefixNode<T>> _nodes = [];

    /// <summary>Adds an item.</summary>
    public void Add(string prefix, T item)
    {
        int place = PlaceOf(prefix);
        if (place == _nodes.Count || _nodes[place].Prefix != prefix)
        {
            Insert(place, prefix);
        }

        _nodes[place].Items.Add(item);
        for (int i = place; IsBelow(i, prefix); i++)
        {
            _nodes[i].Load++;
        }
    }

    /// <summary>Removes an item that was added with this prefix.</summary>
    public void Remove(string prefix, T item)
    {
        int place = PlaceOf(prefix);
        PrefixNode<T> node = _nodes[place];
        node.Items.Remove(item);
        for (int i = place; IsBelow(i, prefix); i++)
        {
            _nodes[i].Load--;
        }

        if (node.Items.Count > 0)
        {
            return;
        }

        _nodes.RemoveAt(place);
        for (int i = place; IsBelow(i, prefix); i++)
        {
            _nodes[i].Parent = ReferenceEquals(_nodes[i].Parent, node) ? node.Parent : _nodes[i].Parent;
        }
    }

    /// <summary>The node with the longest prefix that a key begins with. Its parents are the other nodes whose prefix the key begins with.</summary>
    public PrefixNode<T>? Find(string key)
    {
        int place = PlaceOf(key);
        return place < _nodes.Count && _nodes[place].Prefix == key ? _nodes[place] : Above(place, key);
    }

    /// <summary>Maximum number of items that one key meets, among the keys that begin with a prefix.</summary>
    public int LargestLoad(string prefix)
    {
        int place = PlaceOf(prefix);
        int largest = Above(place, prefix)?.Load ?? 0;
        for (int i = place; IsBelow(i, prefix); i++)
        {
            largest = Math.Max(largest, _nodes[i].Load);
        }

        return largest;
    }

    private void Insert(int place, string prefix)
    {
        PrefixNode<T>? parent = Above(place, prefix);
        var added = new PrefixNode<T>(prefix) { Parent = parent, Load = parent?.Load ?? 0 };
        for (int i = place; IsBelow(i, prefix); i++)
        {
            _nodes[i].Parent = ReferenceEquals(_nodes[i].Parent, parent) ? added : _nodes[i].Parent;
        }

        _nodes.Insert(place, added);
    }

    /// <summary>The node before a place, or the nearest one above it, that is a prefix of a key.</summary>
    private PrefixNode<T>? Above(int place, string key)
    {
        PrefixNode<T>? node = place > 0 ? _nodes[place - 1] : null;
        while (node is not null && !key.StartsWith(node.Prefix, StringComparison.Ordinal))
        {
            node = node.Parent;
        }

        return node;
    }

    private bool IsBelow(int index, string prefix) => index < _nodes.Count && _nodes[index].Prefix.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>Index of the first node whose prefix is not before a text.</summary>
    private int PlaceOf(string text)
    {
        int low = 0, high = _nodes.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(_nodes[middle].Prefix, text) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
