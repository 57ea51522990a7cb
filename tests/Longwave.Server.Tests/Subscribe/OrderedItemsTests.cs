using System.Globalization;
using Longwave.Server.Subscribe;

namespace Longwave.Server.Tests.Subscribe;

public sealed class OrderedItemsTests
{
    private readonly OrderedItems<int, string> _items = new(static text => int.Parse(text, CultureInfo.InvariantCulture), Comparer<int>.Default);

    /// <summary>Reading continues after each run, from any key, present or not.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(1_997)]
    [InlineData(1_998)]
    [InlineData(1_999)]
    [InlineData(5_000)]
    public void After_AnyKey_ReturnsEachLaterItemOnceInOrder(int after)
    {
        int[] keys = [.. Enumerable.Range(0, 1_000).Select(static i => 2 * i)];
        foreach (int key in keys.Reverse())
        {
            Assert.True(_items.TryAdd($"{key}"));
        }

        Assert.Equal(keys.Where(key => key > after).Select(static key => $"{key}"), _items.After(after));
        Assert.Equal(keys.Select(static key => $"{key}"), _items.All);
    }

    [Fact]
    public void TryAdd_KeyInUse_KeepsTheFirst()
    {
        Assert.True(_items.TryAdd("7"));
        Assert.False(_items.TryAdd("07"));
        Assert.True(_items.TryGet(7, out string? found));
        Assert.Equal("7", found);
        Assert.True(_items.Remove(7));
        Assert.False(_items.Remove(7));
        Assert.False(_items.TryGet(7, out _));
        Assert.Empty(_items.All);
        Assert.Empty(_items.After(3));
    }

    /// <summary>Changes during a read: items that stay until their turn are read once, and the read ends.</summary>
    [Fact]
    public void All_ItemsAreRemovedMeanwhile_ReadsThoseThatStay()
    {
        for (int key = 0; key < 1_000; key++)
        {
            _items.TryAdd($"{key}");
        }

        var read = new List<int>();
        foreach (string item in _items.All)
        {
            int key = int.Parse(item, CultureInfo.InvariantCulture);
            read.Add(key);
            _items.Remove(key);
        }

        Assert.Equal(Enumerable.Range(0, 1_000), read);
        Assert.Empty(_items.All);
    }
}
