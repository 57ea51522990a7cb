namespace Longwave.Engine.CatchUp;

/// <summary>Decision about an event that a subscriber missed.</summary>
internal enum Verdict
{
    /// <summary>The event does not match the subscription, or the subscriber may not read it.</summary>
    NotWanted,

    /// <summary>Retention has removed the event; the subscriber receives a gap notice.</summary>
    Removed,

    /// <summary>The event was deleted on request; the subscriber receives a gap notice.</summary>
    Deleted,

    /// <summary>The subscriber receives the event.</summary>
    Sent,

    /// <summary>The subscriber receives the event unless a newer one of the same topic and key follows.</summary>
    SentIfNewest,

    /// <summary>The policy of the topic is to skip the event; the subscriber receives a gap notice.</summary>
    Skipped,

    /// <summary>The policy of the topic is to disconnect; the stream ends.</summary>
    Disconnects,
}
