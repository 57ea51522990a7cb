using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Interleaving.Tests.Schedules;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Interleaving.Tests.Log;

public sealed class HotTailTests
{
    private const int Events = 24;

    private static readonly Topic Topic = new(1, "t", new TopicPolicy());
    private static readonly Event Published = new() { Topic = "t", Data = new byte[16] };
    private static readonly HubLimits Limits = new() { HotTailEvents = 4, MaxRequestEvents = 1, MaxCommitEvents = 1 };

    /// <summary>A reader at the edge of the tail, like a catch-up reader after a page of storage, gets the next event or learns that it was evicted.</summary>
    [Fact]
    public void Find_ConcurrentEviction_SkipsNoEvent() => Schedule.Explore(3_000, static random =>
    {
        long[] offsets = new long[Events];
        for (int i = 0; i < Events; i++)
        {
            offsets[i] = (i == 0 ? 0 : offsets[i - 1]) + random.Next(1, 4);
        }

        var tail = new HotTail(Limits, 0);
        return [() => Write(tail, offsets), () => Read(tail, offsets, random)];
    });

    private static void Write(HotTail tail, long[] offsets)
    {
        foreach (long offset in offsets)
        {
            while (tail.IsOver)
            {
                tail.Evict();
            }

            tail.Append(new LoggedEvent(Published, Topic, [], new Position(1, offset), 0));
        }
    }

    private static void Read(HotTail tail, long[] offsets, Random random)
    {
        for (int finds = 0; finds < 8; finds++)
        {
            // As a reader has it: somewhere between the base of the tail and the newest event.
            long edge = tail.Base;
            long after = Math.Clamp(edge + random.Next(3), edge, Math.Max(edge, tail[tail.End - 1]?.Offset ?? 0));
            long end = tail.End;
            long sequence = tail.Find(after);
            if (sequence < 0)
            {
                Assert.True(tail.Base > after, "told that events have left that have not");
            }
            else if (tail[sequence] is { } found)
            {
                Assert.Equal(offsets.First(offset => offset > after), found.Offset);
            }
            else
            {
                Assert.True(sequence < tail.First || sequence >= end, "an event that is there was not found");
            }
        }
    }
}
