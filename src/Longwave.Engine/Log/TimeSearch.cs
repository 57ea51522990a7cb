using Longwave.Engine.Storage;

namespace Longwave.Engine.Log;

/// <summary>Finds the place of a time in storage. The log's times never run backwards, so offsets are sorted by time too.</summary>
internal sealed class TimeSearch(Database database)
{
    // Each in a query of its own: SQLite looks up a min or a max alone, but scans the table for both together.
    private readonly Statement _bounds = database.Prepare(
        "SELECT coalesce((SELECT min(offset) FROM events), 0), coalesce((SELECT max(offset) FROM events), 0)");
    private readonly Statement _probe = database.Prepare("SELECT offset, time FROM events WHERE offset >= ?1 ORDER BY offset LIMIT 1");

    /// <summary>
    /// Offset after which every stored event is as young as <paramref name="timeUnixMs"/> or younger; that of the newest stored event when
    /// all are older, 0 when none is stored.
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

    /// <summary>The first stored event that is not before an offset; when there is none, a time later than any.</summary>
    private (long Offset, long TimeUnixMs) FirstFrom(long offset)
    {
        using Statement.Rows rows = _probe.Bind(1, offset).Query();
        return rows.Next() ? (_probe.Int64(0), _probe.Int64(1)) : (0, long.MaxValue);
    }
}
