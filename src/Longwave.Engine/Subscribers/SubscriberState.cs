namespace Longwave.Engine.Subscribers;

/// <summary>State of a subscriber. The hub counts open streams by state.</summary>
public enum SubscriberState
{
    /// <summary>The opening thread owns it and writes its greeting; the shard has not added it yet.</summary>
    Opening,

    /// <summary>It waits for its sink before it reads more of the log. Its shard owns it.</summary>
    Waiting,

    /// <summary>It is queued for a catch-up reader. Its shard owns it.</summary>
    Queued,

    /// <summary>A catch-up reader owns it.</summary>
    CatchingUp,

    /// <summary>It receives events as they are published. Its shard owns it.</summary>
    Live,

    /// <summary>The stream has ended.</summary>
    Closed,
}
