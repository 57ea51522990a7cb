using Longwave.Engine.Configuration;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Publishing;

/// <summary>What became of a publish request, as a whole.</summary>
public enum PublishOutcome
{
    /// <summary>Every event is in the log, as durable as its policy says.</summary>
    Accepted,

    /// <summary>An event breaks a rule of <see cref="EventRules"/> or has more data than <see cref="HubLimits.MaxEventBytes"/>; nothing was appended.</summary>
    InvalidEvent,

    /// <summary>The request has more events than <see cref="HubLimits.MaxRequestEvents"/>; nothing was appended.</summary>
    TooManyEvents,

    /// <summary>The request has more data than <see cref="HubLimits.MaxRequestBytes"/>; nothing was appended.</summary>
    RequestTooLarge,

    /// <summary>The request has more events of durability <see cref="Durability.Memory"/> than the hot tail keeps; nothing was appended.</summary>
    LargerThanHotTail,

    /// <summary>Too many requests wait for the log; nothing was appended; try again later.</summary>
    QueueFull,

    /// <summary>The disk is full; nothing was appended; works again when there is room.</summary>
    DiskFull,

    /// <summary>A new topic would be over the limit of topics; nothing was appended.</summary>
    TooManyTopics,

    /// <summary>Writing or syncing failed, so publishing is stopped until the hub is restarted; nothing of this request is promised.</summary>
    Stopped,

    /// <summary>The hub is shutting down; nothing was appended.</summary>
    ShuttingDown,
}
