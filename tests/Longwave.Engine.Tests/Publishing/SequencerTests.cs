using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Publishing;

/// <summary>The sequencer alone: no thread, no clock, no storage.</summary>
public sealed class SequencerTests
{
    private const int WindowMs = 1_000;

    [Fact]
    public void Sequence_NewEvents_GetTheNextOffsetsAndTheTime()
    {
        Sequencer sequencer = After(offset: 41, time: 5_000);
        Assert.Equal([At(42), At(43)], sequencer.Sequence(Request(null, null), 6_000));
        Assert.Equal([At(44)], sequencer.Sequence(Request(1), 6_001));
        Assert.Equal([(42, 6_000), (43, 6_000), (44, 6_001)], sequencer.Batch.Entries.Select(static entry => (entry.Event.Offset, entry.Event.TimeUnixMs)));
        Assert.Equal([null, null, Key(1)], sequencer.Batch.Entries.Select(static entry => entry.Key));
    }

    [Fact]
    public void Sequence_TimeRunsBackwards_UsesThatOfTheLastEvent()
    {
        Sequencer sequencer = After(offset: 41, time: 5_000);
        sequencer.Sequence(Request(null, null), 4_000);
        sequencer.Committed();
        sequencer.Sequence(Request(null, null), 7_000);
        sequencer.Sequence(Request(null, null), 6_000);
        Assert.Equal([7_000, 7_000, 7_000, 7_000], sequencer.Batch.Entries.Select(static entry => entry.Event.TimeUnixMs));
    }

    [Fact]
    public void Sequence_KeyOfTheBatchOrOfOneBefore_IsARepeat()
    {
        Sequencer sequencer = After(offset: 0, time: 0);
        Assert.Equal([At(1), At(1, duplicate: true)], sequencer.Sequence(Request(1, 1), 0));
        Assert.Equal([At(1, duplicate: true), At(2)], sequencer.Sequence(Request(1, 2), 10));
        sequencer.Committed();
        Assert.Equal([At(2, duplicate: true), At(1, duplicate: true)], sequencer.Sequence(Request(2, 1), 20));
        Assert.Empty(sequencer.Batch.Entries);
    }

    [Fact]
    public void Sequence_KeyAfterItsWindow_IsANewEventEvenWithinABatch()
    {
        Sequencer sequencer = After(offset: 0, time: 0);
        sequencer.Sequence(Request(1), 0);
        Assert.Equal([At(1, duplicate: true)], sequencer.Sequence(Request(1), WindowMs - 1));
        Assert.Equal([At(2)], sequencer.Sequence(Request(1), WindowMs));
        Assert.Equal([At(2, duplicate: true)], sequencer.Sequence(Request(1), (2 * WindowMs) - 1));
    }

    [Fact]
    public void RolledBack_Batch_LeavesNoTrace()
    {
        Sequencer sequencer = After(offset: 0, time: 0);
        sequencer.Sequence(Request(1), 100);
        sequencer.Committed();
        PublishRequest lost = Request(2, 3, 1);
        lost.SetSourcePosition("lost"u8);
        sequencer.Sequence(lost, 900);
        sequencer.RolledBack();
        Assert.Empty(sequencer.Batch.Entries);
        Assert.Null(sequencer.Batch.SourcePosition);
        Assert.Equal([At(2), At(1, duplicate: true)], sequencer.Sequence(Request(2, 1), 200));
        Assert.Equal(200, sequencer.Batch.Entries[0].Event.TimeUnixMs);
    }

    [Fact]
    public void Sequence_SourcePositions_KeepsTheLastOfTheBatch()
    {
        Sequencer sequencer = After(offset: 0, time: 0);
        foreach (string? position in (string?[])["a", "b", null])
        {
            PublishRequest request = Request(null, null);
            if (position is not null)
            {
                request.SetSourcePosition(System.Text.Encoding.ASCII.GetBytes(position));
            }

            sequencer.Sequence(request, 10);
        }

        Assert.Equal("b"u8.ToArray(), sequencer.Batch.SourcePosition);
        sequencer.Committed();
        Assert.Null(sequencer.Batch.SourcePosition);
    }

    /// <summary>
    /// Hubs that read the same records decide alike, whatever differs between them: where batches end, which of them fail and are read again, and
    /// when a hub restarts with the keys and the newest event of its log.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sequence_SameRecords_GiveTheSameDecisions(int seed)
    {
        var random = new Random(seed);
        long time = 0;
        var records = new List<(int?[] Keys, long Time)>();
        for (int i = 0; i < 3_000; i++)
        {
            time += random.Next(-20, 40);
            records.Add(([.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(3) == 0 ? (int?)null : random.Next(60))], time));
        }

        string expected = Read(records, maxKeys: 40, static _ => (1, false, false), random);
        for (int hub = 0; hub < 20; hub++)
        {
            Assert.Equal(expected, Read(records, maxKeys: 40, static random => (random.Next(1, 50), random.Next(4) == 0, random.Next(10) == 0), random));
        }

        Assert.Contains("True", expected, StringComparison.Ordinal);
    }

    /// <summary>What a hub has in its log after it has read the records.</summary>
    private static string Read(List<(int?[] Keys, long Time)> records, int maxKeys, Func<Random, (int Batch, bool Fails, bool Restarts)> next, Random random)
    {
        var log = new List<AppendEntry>();
        var decisions = new List<string>();
        Sequencer sequencer = Restart(log, maxKeys);
        for (int read = 0; read < records.Count;)
        {
            (int batch, bool fails, bool restarts) = next(random);
            (int?[] Keys, long Time)[] taken = [.. records.Skip(read).Take(batch)];
            string[] decided = [.. taken.Select(record => string.Join(',', sequencer.Sequence(Request(record.Keys), record.Time)))];
            if (fails)
            {
                sequencer.RolledBack();
            }
            else
            {
                log.AddRange(sequencer.Batch.Entries);
                decisions.AddRange(decided);
                sequencer.Committed();
                read += taken.Length;
            }

            sequencer = restarts ? Restart(log, maxKeys) : sequencer;
        }

        return string.Join('\n', [.. decisions, .. log.Select(static entry => $"{entry.Event.Offset} {entry.Event.TimeUnixMs} {entry.Key}")]);
    }

    /// <summary>As <see cref="LogRecovery"/> does it.</summary>
    private static Sequencer Restart(List<AppendEntry> log, int maxKeys)
    {
        var keys = new IdempotencyTable(TimeSpan.FromMilliseconds(WindowMs), maxKeys);
        foreach (AppendEntry entry in log)
        {
            if (entry.Key is { } key)
            {
                keys.Remember(key, entry.Event.Offset, entry.Event.TimeUnixMs);
                keys.Trim(entry.Event.TimeUnixMs);
            }
        }

        return new Sequencer(1, new TopicTable(new TopicPolicies([])), keys, log.Count, log.Count == 0 ? 0 : log[^1].Event.TimeUnixMs);
    }

    private static Sequencer After(long offset, long time) =>
        new(1, new TopicTable(new TopicPolicies([])), new IdempotencyTable(TimeSpan.FromMilliseconds(WindowMs), 1_000), offset, time);

    private static PublishRequest Request(params int?[] keys)
    {
        var request = new PublishRequest(new HubLimits(), new SharedCounters<PublishOutcome>());
        foreach (int? key in keys)
        {
            Assert.Null(request.Add(new Event { Topic = "t", Data = "x"u8.ToArray() }, key is { } number ? Key(number) : null));
        }

        return request;
    }

    private static IdempotencyKey Key(int number) => IdempotencyKey.FromCloudEvent("t", "s", $"{number}");

    private static PublishedEvent At(long offset, bool duplicate = false) => new(new Position(1, offset), duplicate);
}
