using Longwave.Engine.Log;

namespace Longwave.Engine.Tests.Log;

public sealed class IdempotencyTableTests
{
    private const int WindowMs = 1_000;

    /// <summary>Against a plain list, through growth, expiry, the bound, and keys that come again.</summary>
    [Theory]
    [InlineData(1, 7, 50)]
    [InlineData(2, 100, 150)]
    [InlineData(3, 3_000, 1_000_000)]
    [InlineData(4, 100_000, 1_000_000)]
    public void TryGet_AfterManyKeys_FindsWhatAPlainListFinds(int seed, int maxKeys, int keys)
    {
        var random = new Random(seed);
        var table = new IdempotencyTable(TimeSpan.FromMilliseconds(WindowMs), maxKeys);
        var model = new LinkedList<(int Key, long Offset, long Time)>();
        long time = 0, forgotten = 0;
        for (int offset = 1; offset <= 20_000; offset++)
        {
            time += random.Next(8) == 0 ? random.Next(3) : 0;
            int key = random.Next(keys);
            table.Expire(time);
            while (model.First is { } old && (time - old.Value.Time >= WindowMs || model.Count >= maxKeys))
            {
                forgotten = old.Value.Offset;
                model.RemoveFirst();
            }

            table.Remember(Key(key), offset, time);
            model.AddLast((key, offset, time));
            if (offset % 500 == 0)
            {
                Dictionary<int, long> known = model.GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Max(entry => entry.Offset));
                Assert.All(Enumerable.Range(0, Math.Min(keys, 2_000)), probe => Assert.Equal(known.GetValueOrDefault(probe, -1), Find(table, probe)));
                Assert.All(known, entry => Assert.Equal(entry.Value, Find(table, entry.Key)));
                Assert.Equal(model.Count, table.Count);
            }
        }

        Assert.Equal(forgotten, table.ForgottenThrough);
    }

    [Fact]
    public void Expire_AfterTheWindow_ForgetsEverything()
    {
        var table = new IdempotencyTable(TimeSpan.FromMilliseconds(WindowMs), int.MaxValue);
        for (int i = 0; i < 10_000; i++)
        {
            table.Remember(Key(i), i + 1, i);
        }

        table.Expire(9_999 + WindowMs);
        Assert.Equal(0, table.Count);
        Assert.Equal(10_000, table.ForgottenThrough);
        Assert.All(Enumerable.Range(0, 10_000), i => Assert.Equal(-1, Find(table, i)));
    }

    private static IdempotencyKey Key(int number) => IdempotencyKey.FromCloudEvent("t", "s", $"{number}");

    private static long Find(IdempotencyTable table, int key) => table.TryGet(Key(key), out long offset) ? offset : -1;
}
