using Longwave.Engine.Storage;

namespace Longwave.Engine.Log;

/// <summary>Search for an offset by time in storage. The log's times never decrease, so offsets are also sorted by time.</summary>
internal sealed class TimeSearch(Database database)
{
    // Two separate subqueries: SQLite finds a min or a max alone through the index, but scans the table for both together.
    private readonly Statement _bounds = database.Prepare(
        "SELECT coalesce((SELECT min(offset) FROM events), 0), coalesce((SELECT max(offset) FROM events), 0)");
    private readonly Statement _probe = database.Prepare("SELECT offset, time FROM events WHERE offset >= ?1 ORDER BY offset LIMIT 1");

    /// <summary>
    /// Offset after which every stored event has a time of at least <paramref name="timeUnixMs"/>. If all are older, it is the offset of the newest
    /// stored event; if none is stored, 0.
    /// </summary>
    public long OffsetBefore(long timeUnixMs)
    {
        (long low, long high) = Bounds();
        (long before, high) = (Math.Max(0, low - 1), high + 1);
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            (long offset, long time) = FirstFrom(middle);
            if (time < timeUnixMs)
            {
                (low, before) = (offset + 1, offset);
            }
            else
            {
                high = middle;
            }
        }

        return before;
    }

    private (long First, long Last) Bounds()
    {
        using Statement.Rows rows = _bounds.Query();
        rows.Next();
        return (_bounds.Int64(0), _bounds.Int64(1));
    }

    /// <summary>The first stored event at or after an offset; if there is none, a time later than any other.</summary>
    private (long Offset, long TimeUnixMs) FirstFrom(long offset)
    {
        using Statement.Rows rows = _probe.Bind(1, offset).Query();
        return rows.Next() ? (_probe.Int64(0), _probe.Int64(1)) : (0, long.MaxValue);
    }
}
