using Longwave.Engine.Configuration;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Publishing;

/// <summary>Outcome of a publish request as a whole.</summary>
public enum PublishOutcome
{
    /// <summary>Every event is in the log, as durable as its policy requires.</summary>
    Accepted,

    /// <summary>
    /// Rejected: an event breaks a rule of <see cref="EventRules"/> or has more data than <see cref="HubLimits.MaxEventBytes"/>. Nothing was
    /// appended.
    /// </summary>
    InvalidEvent,

    /// <summary>Rejected: the request has more events than <see cref="HubLimits.MaxRequestEvents"/>. Nothing was appended.</summary>
    TooManyEvents,

    /// <summary>Rejected: the request has more data than <see cref="HubLimits.MaxRequestBytes"/>. Nothing was appended.</summary>
    RequestTooLarge,

    /// <summary>
    /// Rejected: the request has more events of durability <see cref="Durability.Memory"/> than the hot tail can hold. Nothing was appended.
    /// </summary>
    LargerThanHotTail,

    /// <summary>Rejected: the queue is full. Nothing was appended; retry later.</summary>
    QueueFull,

    /// <summary>Rejected: the disk is full. Nothing was appended; publishing works again when the disk has free space.</summary>
    DiskFull,

    /// <summary>Rejected: an allocation failed. Nothing was appended; retry later.</summary>
    ShortOfMemory,

    /// <summary>Rejected: a new topic would exceed the limit of topics. Nothing was appended.</summary>
    TooManyTopics,

    /// <summary>Rejected: a topic of an event is complete (<see cref="Event.IsCompletion"/>). Nothing was appended.</summary>
    TopicComplete,

    /// <summary>
    /// A write or sync failed, so publishing is stopped until the hub restarts. Whether events of this request are stored is unknown.
    /// </summary>
    Stopped,

    /// <summary>Rejected: the hub is shutting down. Nothing was appended.</summary>
    ShuttingDown,
}
