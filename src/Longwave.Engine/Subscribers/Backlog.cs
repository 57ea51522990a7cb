using Longwave.Engine.Configuration;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Missed events of a subscriber, as a few numbers; the events themselves stay in the log. Changed only by the thread that owns the subscriber (see
/// <see cref="Subscriber"/>).
/// </summary>
internal struct Backlog
{
    /// <summary>Creates an empty backlog: no event is missing.</summary>
    public Backlog()
    {
    }

    /// <summary>Sequence in the hot tail of the first event that a live subscriber missed; -1 while it keeps up.</summary>
    public long MissedFrom { get; set; } = -1;

    /// <summary>Offset up to which policies of slow subscribers or conflation omit some events.</summary>
    public long ReducedThrough { get; set; }

    /// <summary>Offset after which events were skipped without a notice to the client yet; -1 if there are none.</summary>
    public long SkippedAfter { get; set; } = -1;

    /// <summary>Offset of the newest skipped event.</summary>
    public long SkippedThrough { get; set; }

    /// <summary>Offset up to which removals by retention need no notice: the client already knows of them, or they do not concern it.</summary>
    public long RemovalsKnownThrough { get; set; }

    /// <summary>
    /// End of the log when a stream resumed, until the stream receives a gap notice about events from before it; otherwise 0.
    /// </summary>
    public long ResumedThrough { get; set; }

    /// <summary>Start time of the stream, in milliseconds since the Unix epoch, until a catch-up reader has found the offset.</summary>
    public long? StartTimeUnixMs { get; set; }

    /// <summary>Number of its last events that a catch-up reader still has to find to know the start of the stream; otherwise 0.</summary>
    public int LastEvents { get; set; }

    /// <summary>Offset before which the search for the last events continues.</summary>
    public long LastBefore { get; set; } = long.MaxValue;

    /// <summary>Whether the start of the stream is not known yet.</summary>
    public readonly bool IsStartPending => StartTimeUnixMs is not null || LastEvents > 0;

    /// <summary>Topics to search for in storage, at most <see cref="HubLimits.CatchUpTopics"/>; null while the subscriber does not read storage.</summary>
    public TopicMatches? Topics { get; set; }

    /// <summary>Whether a catch-up reader must read before the subscriber can go live.</summary>
    public bool NeedsReader { get; set; }

    /// <summary>Whether the subscriber has been live. If so, it misses events because it is slow, and not because it requested a replay.</summary>
    public bool HasBeenLive { get; set; }

    /// <summary>Whether the subscriber was blocked while events arrived for which the policy of their topic is not to catch up.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Whether the policy for one of these events is to disconnect.</summary>
    public bool IsTooSlow { get; set; }

    /// <summary>Whether policies or conflation omit some events after an offset.</summary>
    public readonly bool IsReduced(long offset) => offset < ReducedThrough;
}
