namespace Longwave.Engine.Metrics;

/// <summary>Quantities of the hub that rise and fall.</summary>
public enum HubGauge
{
    /// <summary>Open streams and polls.</summary>
    OpenStreams,

    /// <summary>Different patterns subscribed.</summary>
    Patterns,

    /// <summary>Cost of the different patterns of subscriptions and grants.</summary>
    PatternCost,

    /// <summary>Publish requests in the queue for the log.</summary>
    QueuedRequests,

    /// <summary>Size of the data in the queue for the log, in bytes.</summary>
    QueuedBytes,

    /// <summary>Events in the hot tail.</summary>
    HotTailEvents,

    /// <summary>Size of the hot tail, in bytes.</summary>
    HotTailBytes,

    /// <summary>Events in the hot tail that the slowest shard has not routed yet.</summary>
    UnroutedEvents,

    /// <summary>Topics that the log knows.</summary>
    Topics,

    /// <summary>Idempotency keys that the hub remembers.</summary>
    IdempotencyKeys,

    /// <summary>Ids of publishers that are kept in memory, because their events are not in storage.</summary>
    PublisherIds,

    /// <summary>Renewals of streams that their shards have not applied yet.</summary>
    PendingRenewals,

    /// <summary>Background loops that have failed permanently.</summary>
    FailedLoops,
}
