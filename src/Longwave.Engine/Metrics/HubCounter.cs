namespace Longwave.Engine.Metrics;

/// <summary>Events of the hub that are counted since its start. A counter never falls.</summary>
public enum HubCounter
{
    /// <summary>Batches appended to the log: transactions, and batches of durability memory that need none.</summary>
    CommittedBatches,

    /// <summary>Events appended to the log, without repeats.</summary>
    CommittedEvents,

    /// <summary>Size of the data of the appended events, in bytes.</summary>
    CommittedBytes,

    /// <summary>Events that were accepted and not appended, because their idempotency key was known.</summary>
    RepeatedEvents,

    /// <summary>Events evicted from the hot tail.</summary>
    EvictedEvents,

    /// <summary>Entries of topics that retention removed from storage. An event counts once for each topic that loses it.</summary>
    RemovedEvents,

    /// <summary>Size of the data of the removed entries, in bytes.</summary>
    RemovedBytes,

    /// <summary>Topics that the log forgot because they have no events left.</summary>
    ForgottenTopics,

    /// <summary>Topics that retention examined.</summary>
    RetentionVisits,

    /// <summary>Size of the free pages that the log returned to the file system, in bytes.</summary>
    ReturnedBytes,

    /// <summary>Events that shards routed to live subscribers. An event counts once for each shard that has live subscribers.</summary>
    RoutedEvents,

    /// <summary>Rounds that began over the subscribers of a selector.</summary>
    Rounds,

    /// <summary>Events written to subscribers. An event counts once for each subscriber.</summary>
    DeliveredEvents,

    /// <summary>Size of the frames of the delivered events, in bytes, with chunk framing.</summary>
    DeliveredBytes,

    /// <summary>Writes of one or more events to a subscriber.</summary>
    Writes,

    /// <summary>Writes of events after which the sink of the subscriber was full.</summary>
    BlockedWrites,

    /// <summary>Pages of missed events that shards read from the hot tail.</summary>
    TailPages,

    /// <summary>Pages of missed events that catch-up threads read.</summary>
    LogPages,

    /// <summary>Gap notices about events that retention removed.</summary>
    RemovalGaps,

    /// <summary>Gap notices about events that the policy of a topic skipped for a slow subscriber.</summary>
    SkipGaps,

    /// <summary>Gap notices about events that storage has lost or damaged.</summary>
    DamageGaps,

    /// <summary>Ranges of events that are lost or damaged in storage. A range counts once, when a read finds it.</summary>
    DamagedRanges,

    /// <summary>Jumps of the system clock.</summary>
    ClockJumps,

    /// <summary>Streams that resumed from a position and received a gap notice about events from before they opened. Each stream counts once.</summary>
    ResumesWithGap,

    /// <summary>Heartbeats written to streams.</summary>
    Heartbeats,

    /// <summary>Renewals of the identity of a stream.</summary>
    Renewals,
}
