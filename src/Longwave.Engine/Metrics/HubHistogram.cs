namespace Longwave.Engine.Metrics;

/// <summary>Distributions of the hub since its start.</summary>
public enum HubHistogram
{
    /// <summary>Events between a subscriber and the end of the log, each time a catch-up thread begins to read for it.</summary>
    CatchUpLag,

    /// <summary>Events in a batch.</summary>
    BatchEvents,

    /// <summary>Time to append a batch, including the sync, in microseconds.</summary>
    BatchMicroseconds,
}
