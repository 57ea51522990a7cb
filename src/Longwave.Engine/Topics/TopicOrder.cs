namespace Longwave.Engine.Topics;

/// <summary>Topics sorted by name (ordinal), for pages that start at any name. The writer adds and removes; any thread reads.</summary>
/// <remarks>
/// A list of blocks of names: an addition moves at most one block, and a topic costs about 12 bytes. A reader copies a bounded number of topics under
/// the lock and examines them afterwards, so the writer waits for microseconds at most.
/// </remarks>
internal sealed class TopicOrder
{
    private const int BlockTopics = 512;

    // Guards _blocks and the blocks in it.
    private readonly Lock _gate = new();

    private readonly List<List<Topic>> _blocks = [];

    /// <summary>Adds a topic with a new name. Writer thread only.</summary>
    public void Add(Topic topic)
    {
        lock (_gate)
        {
            if (_blocks.Count == 0)
            {
                _blocks.Add(new List<Topic>(BlockTopics) { topic });
                return;
            }

            int block = BlockOf_NeedsLock(topic.Name);
            if (_blocks[block].Count == BlockTopics)
            {
                block = Split_NeedsLock(block, topic.Name);
            }

            _blocks[block].Insert(FirstAfter(_blocks[block], topic.Name), topic);
        }
    }

    /// <summary>Removes a topic, if it is listed. Writer thread only.</summary>
    public void Remove(Topic topic)
    {
        lock (_gate)
        {
            int block = _blocks.Count == 0 ? 0 : BlockOf_NeedsLock(topic.Name);
            int place = _blocks.Count == 0 ? -1 : FirstAfter(_blocks[block], topic.Name) - 1;
            if (place < 0 || _blocks[block][place] != topic)
            {
                return;
            }

            _blocks[block].RemoveAt(place);
            if (_blocks[block].Count == 0)
            {
                _blocks.RemoveAt(block);
            }
        }
    }

    /// <summary>Copies the topics after a name into a list, and replaces the list's content.</summary>
    /// <param name="name">The name; empty for the first topics, because no topic has an empty name.</param>
    /// <param name="isIncluded">Whether the topic of that name is included.</param>
    /// <param name="run">List that receives the topics.</param>
    /// <param name="most">Maximum number of topics.</param>
    public void CopyAfter(string name, bool isIncluded, List<Topic> run, int most)
    {
        run.Clear();
        lock (_gate)
        {
            int block = _blocks.Count == 0 ? 0 : BlockOf_NeedsLock(name);
            int place = _blocks.Count == 0 ? 0 : FirstAfter(_blocks[block], name);
            place -= isIncluded && place > 0 && _blocks[block][place - 1].Name == name ? 1 : 0;
            for (; block < _blocks.Count && run.Count < most; block++, place = 0)
            {
                int count = Math.Min(_blocks[block].Count - place, most - run.Count);
                run.AddRange(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_blocks[block]).Slice(place, count));
            }
        }
    }

    /// <summary>Index of the last block that begins at or before the name; the first block if there is none.</summary>
    private int BlockOf_NeedsLock(string name)
    {
        int low = 0, high = _blocks.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(_blocks[middle][0].Name, name) <= 0 ? (middle + 1, high) : (low, middle);
        }

        return Math.Max(0, low - 1);
    }

    /// <summary>
    /// Makes room in a full block: a new block after it gets its second half, or is empty if the name comes last. Returns the block for the name.
    /// </summary>
    private int Split_NeedsLock(int block, string name)
    {
        List<Topic> full = _blocks[block];
        int kept = string.CompareOrdinal(full[^1].Name, name) < 0 ? BlockTopics : BlockTopics / 2;
        var added = new List<Topic>(BlockTopics);
        added.AddRange(full[kept..]);
        full.RemoveRange(kept, BlockTopics - kept);
        _blocks.Insert(block + 1, added);
        return added.Count == 0 || string.CompareOrdinal(added[0].Name, name) <= 0 ? block + 1 : block;
    }

    /// <summary>Index of the first topic in a block that comes after the name.</summary>
    private static int FirstAfter(List<Topic> block, string name)
    {
        int low = 0, high = block.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(block[middle].Name, name) <= 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
