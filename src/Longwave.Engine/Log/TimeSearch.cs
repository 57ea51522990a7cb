using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>Search for an offset by time in storage. The log's times never decrease, so offsets are also sorted by time.</summary>
internal sealed class TimeSearch(Database database, TopicTable topics)
{
    // Two separate subqueries: SQLite finds a min or a max alone through the index, but scans the table for both together.
    private readonly Statement _bounds = database.Prepare(
        "SELECT coalesce((SELECT min(offset) FROM events), 0), coalesce((SELECT max(offset) FROM events), 0)");
    private readonly Statement _probe = database.Prepare($"SELECT {EventRow.Columns} FROM events e WHERE e.offset >= ?1 ORDER BY e.offset");

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
                // A damaged page can have offsets out of order; the search must still end.
                offset = Math.Max(offset, middle);
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

    /// <summary>
    /// The first stored event at or after an offset whose time is sound; if there is none, a time later than any other. The time of a damaged event
    /// would lead the search astray.
    /// </summary>
    private (long Offset, long TimeUnixMs) FirstFrom(long offset)
    {
        using Statement.Rows rows = _probe.Bind(1, offset).Query();
        while (rows.Next())
        {
            var row = new EventRow(_probe);
            if (!topics.TryGet((int)row.TopicId, out Topic? topic) || EventChecksum.Matches(row, topic))
            {
                return (row.Offset, row.TimeUnixMs);
            }
        }

        return (0, long.MaxValue);
    }
}
