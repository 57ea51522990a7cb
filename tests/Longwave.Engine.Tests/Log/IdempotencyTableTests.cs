using Longwave.Engine.Log;

namespace Longwave.Engine.Tests.Log;

public sealed class IdempotencyTableTests
{
    private const int WindowMs = 1_000;

    /// <summary>
    /// Compared with a plain list: growth, windows, the limit, repeated keys, and batches that are rolled back. The result depends on
    /// times and order alone: neither on when the table is trimmed, nor on the ends of batches.
    /// </summary>
    [Theory]
    [InlineData(1, 7, 50)]
    [InlineData(2, 100, 150)]
    [InlineData(3, 3_000, 1_000_000)]
    [InlineData(4, 100_000, 1_000_000)]
    public void TryGet_AfterManyKeys_AgreesWithAPlainList(int seed, int maxKeys, int keys)
    {
        var random = new Random(seed);
        var table = new IdempotencyTable(TimeSpan.FromMilliseconds(WindowMs), maxKeys);
        var model = new List<(int Key, long Offset, long Time)>();
        long time = 0;
        while (model.Count < 20_000)
        {
            (long before, int batch) = (time, random.Next(40));
            int added = 0;
            for (int i = 0; i < batch; i++)
            {
                time += random.Next(8) == 0 ? random.Next(3) : 0;
                int key = random.Next(keys);
                long expected = Find(model, key, time, maxKeys);
                Assert.Equal(expected, Find(table, key, time));
                if (expected < 0)
                {
                    table.Remember(Key(key), model.Count + 1, time);
                    model.Add((key, model.Count + 1, time));
                    added++;
                }
            }

            if (random.Next(4) == 0)
            {
                table.Undo(added);
                model.RemoveRange(model.Count - added, added);
                time = before;
            }
            else if (random.Next(2) == 0)
            {
                table.Trim(time);
                Assert.InRange(table.Count, 0, maxKeys);
                Assert.Equal(model.FindLast(entry => !IsAlive(model, entry.Offset, time, maxKeys)).Offset, table.ForgottenThrough);
            }
        }
    }

    [Fact]
    public void Trim_AfterTheWindow_RemovesEverything()
    {
        var table = new IdempotencyTable(TimeSpan.FromMilliseconds(WindowMs), int.MaxValue);
        for (int i = 0; i < 10_000; i++)
        {
            table.Remember(Key(i), i + 1, i);
        }

        table.Trim(9_999 + WindowMs);
        Assert.Equal(0, table.Count);
        Assert.Equal(10_000, table.ForgottenThrough);
        Assert.All(Enumerable.Range(0, 10_000), i => Assert.Equal(-1, Find(table, i, 0)));
    }

    [Fact]
    public void Undo_KeyRepeatedAfterItsWindow_KeepsTheTableConsistent()
    {
        var table = new IdempotencyTable(TimeSpan.FromMilliseconds(WindowMs), int.MaxValue);
        table.Remember(Key(1), 1, 0);
        table.Remember(Key(2), 2, 0);
        table.Remember(Key(1), 3, WindowMs);
        table.Remember(Key(1), 4, 2 * WindowMs);
        table.Undo(2);
        Assert.Equal(-1, Find(table, 1, WindowMs));
        Assert.Equal(2, Find(table, 2, WindowMs - 1));
        table.Remember(Key(1), 3, WindowMs);
        table.Trim(WindowMs);
        Assert.Equal((1, 3), (table.Count, Find(table, 1, WindowMs)));
    }

    private static IdempotencyKey Key(int number) => IdempotencyKey.FromCloudEvent("t", "s", $"{number}");

    private static long Find(IdempotencyTable table, int key, long time) => table.TryGet(Key(key), time, out long offset) ? offset : -1;

    private static long Find(List<(int Key, long Offset, long Time)> model, int key, long time, int maxKeys)
    {
        int index = model.FindLastIndex(entry => entry.Key == key);
        return index >= 0 && IsAlive(model, model[index].Offset, time, maxKeys) ? model[index].Offset : -1;
    }

    private static bool IsAlive(List<(int Key, long Offset, long Time)> model, long offset, long time, int maxKeys) =>
        model.Count - (offset - 1) <= maxKeys && time - model[(int)offset - 1].Time < WindowMs;
}
