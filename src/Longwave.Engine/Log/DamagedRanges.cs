using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Log;

/// <summary>
/// Ranges of offsets in which storage has lost or damaged an event, as readers find them. Every reader that passes such a range reports it to its
/// subscriber, whatever the topic: the damage can include the topic. For any thread.
/// </summary>
internal sealed class DamagedRanges(ILogger logger)
{
    /// <summary>Maximum number of ranges. Beyond it a new range is merged with the nearest one, so that readers report too much and never too little.</summary>
    private const int MostRanges = 1_024;

    /// <summary>Maximum number of log messages. The counter still counts every range.</summary>
    private const int MostMessages = 100;

    // Guards additions. Readers read the array, which never changes after it is stored.
    private readonly Lock _gate = new();
    private OffsetRange[] _ranges = [];
    private long _found;

    /// <summary>Number of damaged ranges that were found.</summary>
    public long Found => Volatile.Read(ref _found);

    /// <summary>Adds the offsets after <paramref name="after"/>, up to and including <paramref name="through"/>, unless they are known.</summary>
    public void Add(long after, long through)
    {
        lock (_gate)
        {
            if (after >= through || Array.Exists(_ranges, known => known.After <= after && through <= known.Through))
            {
                return;
            }

            List<OffsetRange> ranges = [.. _ranges, new OffsetRange(after, through)];
            ranges.Sort(static (one, other) => one.After.CompareTo(other.After));
            if (ranges.Count > MostRanges)
            {
                MergeNearest(ranges);
            }

            Volatile.Write(ref _ranges, [.. ranges]);
            Volatile.Write(ref _found, _found + 1);
            if (_found <= MostMessages)
            {
                StorageLog.Damaged(logger, after + 1, through);
            }

            if (_found == MostMessages)
            {
                StorageLog.DamageNoLongerLogged(logger, MostMessages);
            }
        }
    }

    /// <summary>The smallest range that contains all damage between two offsets; null if there is none.</summary>
    public OffsetRange? Within(long after, long through)
    {
        OffsetRange? found = null;
        foreach (OffsetRange range in Volatile.Read(ref _ranges))
        {
            if (range.After < through && range.Through > after)
            {
                long from = Math.Max(range.After, after);
                found = new OffsetRange(found?.After ?? from, Math.Min(range.Through, through));
            }
        }

        return found;
    }

    private static void MergeNearest(List<OffsetRange> ranges)
    {
        int nearest = 1;
        for (int i = 2; i < ranges.Count; i++)
        {
            nearest = ranges[i].After - ranges[i - 1].Through < ranges[nearest].After - ranges[nearest - 1].Through ? i : nearest;
        }

        ranges[nearest - 1] = new OffsetRange(ranges[nearest - 1].After, Math.Max(ranges[nearest - 1].Through, ranges[nearest].Through));
        ranges.RemoveAt(nearest);
    }
}
