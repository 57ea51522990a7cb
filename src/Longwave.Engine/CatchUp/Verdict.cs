namespace Longwave.Engine.CatchUp;

/// <summary>What becomes of an event that a subscriber missed.</summary>
internal enum Verdict
{
    /// <summary>The subscriber did not ask for the event, or may not read it.</summary>
    NotWanted,

    /// <summary>Retention has removed the event: the subscriber is told of the gap.</summary>
    Removed,

    /// <summary>The subscriber gets the event.</summary>
    Sent,

    /// <summary>The subscriber gets the event unless a newer one of the same topic and key follows.</summary>
    SentIfNewest,

    /// <summary>The policy of the event's topic is to skip: the subscriber is told of the range.</summary>
    Skipped,

    /// <summary>The policy of the event's topic is to disconnect: the stream ends.</summary>
    Disconnects,
}
