using Longwave.Engine.Fanout;

namespace Longwave.Engine.Tests.Fanout;

public sealed class IndexedHeapTests
{
    private readonly IndexedHeap<Item> _heap = new(static item => ref item.Index);

    [Fact]
    public void Set_KeyOfAnItemInTheHeap_MovesTheItem()
    {
        Item[] items = Add(10, 20, 30);
        _heap.Set(items[2], 5);
        Assert.Equal((items[2], 5), (_heap.First, _heap.FirstKey));
        _heap.Set(items[2], 25);
        Assert.Equal((items[0], 10), (_heap.First, _heap.FirstKey));
        Assert.Equal(3, _heap.Count);
    }

    [Fact]
    public void Remove_ItemOutsideTheHeap_ChangesNothing()
    {
        Item[] items = Add(10, 20);
        _heap.Remove(items[0]);
        _heap.Remove(items[0]);
        _heap.Remove(new Item());
        Assert.False(_heap.Contains(items[0]));
        Assert.Equal((1, items[1]), (_heap.Count, _heap.First));
    }

    [Fact]
    public void Remove_EntryWhoseReplacementIsSmallerThanItsParent_MovesTheReplacementUp()
    {
        // The last entry (3) replaces 11, whose parent is 10.
        Item[] items = Add(1, 10, 2, 11, 12, 4, 3);
        _heap.Remove(items[3]);
        Assert.Equal([1, 2, 3, 4, 10, 12], TakeAll());
    }

    /// <summary>Random additions, changed keys and removals, with many equal keys, against a sorted list.</summary>
    [Fact]
    public void Operations_AtRandom_AgreeWithASortedModel()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var heap = new IndexedHeap<Item>(static item => ref item.Index);
            Item[] items = [.. Enumerable.Range(0, 1 + random.Next(100)).Select(static _ => new Item())];
            var model = new Dictionary<Item, long>();
            for (int step = 0; step < 1_000; step++)
            {
                Item item = items[random.Next(items.Length)];
                if (random.Next(3) == 0)
                {
                    heap.Remove(item);
                    model.Remove(item);
                }
                else
                {
                    long key = random.Next(50);
                    heap.Set(item, key);
                    model[item] = key;
                }

                Assert.True(heap.Count == model.Count && heap.Contains(item) == model.ContainsKey(item), $"seed {seed}, step {step}");
                Assert.True(model.Count == 0 || (heap.FirstKey == model.Values.Min() && model[heap.First] == heap.FirstKey), $"seed {seed}, step {step}");
            }

            Assert.Equal(model.Values.Order(), TakeAll(heap));
            Assert.All(items, static item => Assert.Equal(-1, item.Index));
        }
    }

    [Fact]
    public void Operations_AfterGrowth_AllocateNothing()
    {
        Item[] items = Add([.. Enumerable.Range(0, 1_000).Select(static i => (long)i)]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < items.Length; i++)
        {
            _heap.Set(items[i], 1_000 - i);
            _heap.Remove(items[(i * 7) % items.Length]);
            _heap.Set(items[(i * 7) % items.Length], i);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private Item[] Add(params long[] keys)
    {
        Item[] items = [.. keys.Select(static _ => new Item())];
        for (int i = 0; i < keys.Length; i++)
        {
            _heap.Set(items[i], keys[i]);
        }

        return items;
    }

    private List<long> TakeAll() => TakeAll(_heap);

    private static List<long> TakeAll(IndexedHeap<Item> heap)
    {
        List<long> keys = [];
        while (heap.Count > 0)
        {
            keys.Add(heap.FirstKey);
            heap.Remove(heap.First);
        }

        return keys;
    }

    private sealed class Item
    {
        private int _index = -1;

        public ref int Index => ref _index;
    }
}
