using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.CatchUp;

/// <summary>Adds the notices about missing events to a page. Reused for each page; for one thread.</summary>
internal sealed class GapNotices(EventLog log, CatchUpPage page, Counters<HubCounter> counters)
{
    /// <summary>
    /// Records skipped events. Adds the gap notice when its range is complete: at the end of the reduced range, or before the next sent event.
    /// </summary>
    public void AddSkips(ref Backlog backlog, BacklogSurvey survey, long readThrough)
    {
        if (survey.SkippedAfter >= 0)
        {
            backlog.SkippedAfter = backlog.SkippedAfter < 0 ? survey.SkippedAfter : backlog.SkippedAfter;
            backlog.SkippedThrough = survey.SkippedThrough;
        }

        if (backlog.SkippedAfter >= 0 && (page.Count > 0 || !backlog.IsReduced(readThrough)))
        {
            Add(HubCounter.SkipGaps, ref backlog, new OffsetRange(backlog.SkippedAfter, backlog.SkippedThrough), ControlEvents.Skipped);
            backlog.SkippedAfter = -1;
        }
    }

    /// <summary>
    /// Adds the gap notice of events that were removed. For storage the topics have the range; for the hot tail it is the removed events that the read
    /// found.
    /// </summary>
    /// <param name="backlog">Missed events of the subscriber.</param>
    /// <param name="removed">Offset of the newest removed event.</param>
    /// <param name="sentThrough">Position of the subscriber before the page.</param>
    /// <param name="hasDeleted">Whether some of the events were deleted on request; otherwise retention removed all of them.</param>
    public void AddRemovals(ref Backlog backlog, long removed, long sentThrough, bool hasDeleted)
    {
        if (removed > Math.Max(sentThrough, backlog.RemovalsKnownThrough))
        {
            backlog.RemovalsKnownThrough = removed;
            Add(HubCounter.RemovalGaps, ref backlog, new OffsetRange(sentThrough, removed), hasDeleted ? ControlEvents.Deleted : ControlEvents.Retention);
        }
    }

    /// <summary>Adds the gap notice of events that storage has lost or damaged, for every subscriber that passes them.</summary>
    public void AddDamage(ref Backlog backlog, long after, long through)
    {
        if (log.Damage.Within(after, through) is { } damaged)
        {
            Add(HubCounter.DamageGaps, ref backlog, damaged, ControlEvents.Damaged);
        }
    }

    /// <summary>Adds and counts a gap notice, and counts a resume that was not complete because of it.</summary>
    private void Add(HubCounter kind, ref Backlog backlog, OffsetRange range, string reason)
    {
        page.AddGap(new Position(log.Epoch, range.After), new Position(log.Epoch, range.Through), reason);
        counters.Add(kind);
        if (range.After < backlog.ResumedThrough)
        {
            counters.Add(HubCounter.ResumesWithGap);
            backlog.ResumedThrough = 0;
        }
    }
}
