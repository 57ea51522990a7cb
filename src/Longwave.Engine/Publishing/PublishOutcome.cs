namespace Longwave.Engine.Publishing;

/// <summary>What became of a publish request, as a whole.</summary>
public enum PublishOutcome
{
    /// <summary>Every event is in the log, as durable as its policy says.</summary>
    Accepted,

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
