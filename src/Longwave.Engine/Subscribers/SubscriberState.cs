namespace Longwave.Engine.Subscribers;

/// <summary>Where a subscriber is in its life.</summary>
internal enum SubscriberState
{
    /// <summary>Its greeting is being written by whoever opened it; its shard has not taken it in yet.</summary>
    Opening,

    /// <summary>It waits, for its sink to take bytes, before it reads the log further. Its shard owns it.</summary>
    Waiting,

    /// <summary>It waits for a catch-up reader. Its shard owns it.</summary>
    Queued,

    /// <summary>A catch-up reader owns it.</summary>
    CatchingUp,

    /// <summary>It gets events as they come. Its shard owns it.</summary>
    Live,

    /// <summary>It is over.</summary>
    Closed,
}
