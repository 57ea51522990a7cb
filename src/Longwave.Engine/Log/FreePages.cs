using System.Globalization;
using Longwave.Engine.Metrics;
using Longwave.Engine.Storage;

namespace Longwave.Engine.Log;

/// <summary>
/// Returns free pages of the database to the file system after a burst, in slices between the batches of publishers, and keeps those that the log uses
/// again. Writer thread only.
/// </summary>
/// <remarks>
/// <para>
/// Retention frees pages and new events use them, so the number of free pages rises and falls also in a log of constant size. Only pages that were
/// free before each of <see cref="WindowPasses"/> passes of retention in a row are returned, so a log that uses its pages within that time neither
/// shrinks nor grows.
/// </para>
/// <para>
/// A slice moves the last pages of the database into free ones and shortens the database, in one transaction. The next complete checkpoint shortens the
/// file. A log from a version without this work returns nothing until <see cref="DataDirectory.Compact"/> has rewritten it.
/// </para>
/// </remarks>
internal sealed class FreePages
{
    /// <summary>Number of passes of retention before which a page must be free: 5 minutes at the default interval.</summary>
    public const int WindowPasses = 60;

    /// <summary>Maximum number of pages returned in one transaction: half a mebibyte.</summary>
    public const int SlicePages = 128;

    /// <summary>Number of free pages that the log keeps for the next events: 4 MiB.</summary>
    public const int KeptPages = 1_024;

    /// <summary>Minimum number of pages that are worth the work: 12 MiB.</summary>
    public const int LeastPages = 3_072;

    /// <summary>Part of the database that must be free: a quarter.</summary>
    private const int LeastPart = 4;

    /// <summary>
    /// Maximum time of a slice before its commit. SQLite searches the list of free pages for each page that it returns, which in a long list can take
    /// milliseconds.
    /// </summary>
    private static readonly TimeSpan SliceTime = TimeSpan.FromMilliseconds(5);

    private readonly EventLog _log;
    private readonly TimeProvider _clock;
    private readonly Statement _return;
    private readonly bool _isSupported;
    private int _passes;
    private long _fewest = long.MaxValue;
    private long _left;

    public FreePages(EventLog log, TimeProvider clock)
    {
        (_log, _clock) = (log, clock);
        _isSupported = LogSchema.CanReturnPages(log.Database);
        _return = log.Database.Prepare(string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({SlicePages})"));
    }

    /// <summary>Whether there are pages to return.</summary>
    public bool IsRunning => _left > 0;

    // While the reserve is small, free pages take the place of the rest (see StorageGuard), so the log keeps as many as a full reserve has.
    private long Kept => KeptPages + (_log.Reserve.IsFull ? 0 : _log.Reserve.Bytes / Database.PageBytes);

    /// <summary>
    /// Counts the free pages, and at the end of a window decides how many to return. Call it before a pass of retention, when new events have used all
    /// the pages that they need.
    /// </summary>
    public void Count()
    {
        if (!_isSupported || IsRunning)
        {
            return;
        }

        (long free, long all) = _log.Writer.Pages;
        _fewest = Math.Min(_fewest, free);
        if (++_passes < WindowPasses)
        {
            return;
        }

        long excess = _fewest - Kept;
        _left = excess >= LeastPages && _fewest >= all / LeastPart ? excess : 0;
        (_passes, _fewest) = (0, long.MaxValue);
    }

    /// <summary>Returns some pages: at most one transaction.</summary>
    public void RunSlice()
    {
        (long free, long all) = _log.Writer.Pages;
        long spare = free - Kept;
        if (spare <= 0)
        {
            // New events have used the pages meanwhile.
            Stop();
            return;
        }

        int returned = 0;
        try
        {
            _log.Writer.Transact(() => returned = Return(Math.Min(_left, spare)));
        }
        catch (StorageException full) when (full.IsDiskFull)
        {
            // The moved pages need room in the write-ahead log first. Nothing was returned; the next window tries again, and a publish that has no
            // room reports the full disk.
            Stop();
            return;
        }

        _left -= returned;

        // Not the number of free pages: pages of the map of pages go, too.
        _log.Counters.Add(HubCounter.ReturnedBytes, (all - _log.Writer.Pages.All) * Database.PageBytes);
        if (returned == 0 || !IsRunning)
        {
            Stop();
            _log.Writer.Checkpoint(truncates: false);
        }
    }

    /// <summary>Ends the work, also after storage failed. The next window begins.</summary>
    public void Stop() => (_left, _passes, _fewest) = (0, 0, long.MaxValue);

    private int Return(long most)
    {
        int pages = 0;
        long start = _clock.GetTimestamp();

        // One row per page. The end of the rows is also the end of the slice.
        using Statement.Rows rows = _return.Query();
        while (pages < most && (pages == 0 || _clock.GetElapsedTime(start) < SliceTime) && rows.Next())
        {
            pages++;
        }

        return pages;
    }
}
