using Longwave.Engine.Topics;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// What a subscriber lacks: all that the hub keeps of one that lags. The events themselves stay in the log. Changed by the thread that owns the
/// subscriber, see <see cref="Subscriber"/>.
/// </summary>
internal struct Backlog
{
    /// <summary>Nothing is missing.</summary>
    public Backlog()
    {
    }

    /// <summary>Sequence in the hot tail of the first event that a live subscriber did not get; -1 while it keeps up.</summary>
    public long MissedFrom { get; set; } = -1;

    /// <summary>Not every event up to this offset is wanted: policies of slow subscribers, or conflation, leave some out.</summary>
    public long ReducedThrough { get; set; }

    /// <summary>Events after this offset were skipped and the client was not told yet; -1 when it was.</summary>
    public long SkippedAfter { get; set; } = -1;

    /// <summary>The newest event that was skipped.</summary>
    public long SkippedThrough { get; set; }

    /// <summary>The client knows of events that retention removed up to this offset, or they are of no interest to it.</summary>
    public long RemovalsKnownThrough { get; set; }

    /// <summary>The time at which the stream begins, until a catch-up reader has found the offset.</summary>
    public long? StartTimeUnixMs { get; set; }

    /// <summary>The topics to look for in storage; null while the subscriber does not read storage.</summary>
    public TopicMatches? Topics { get; set; }

    /// <summary>A catch-up reader must read before the subscriber can go live.</summary>
    public bool NeedsReader { get; set; }

    /// <summary>The subscriber has been live: what it lacks since then is due to its own slowness, not the replay that it asked for.</summary>
    public bool HasBeenLive { get; set; }

    /// <summary>It was blocked while events came for which the policy of their topic is not to catch up.</summary>
    public bool IsSlow { get; set; }

    /// <summary>For one of them the policy is to disconnect.</summary>
    public bool IsTooSlow { get; set; }

    /// <summary>Whether events after an offset are in the range of which not every event is wanted.</summary>
    public readonly bool IsReduced(long offset) => offset < ReducedThrough;
}
