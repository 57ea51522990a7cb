using Longwave.Engine.Configuration;

namespace Longwave.Engine.Subscribers;

/// <summary>Reason why a stream ended. The hub counts streams by reason.</summary>
public enum CloseReason
{
    /// <summary>The client closed the connection, or the connection broke.</summary>
    ClientGone,

    /// <summary>The client accepted no bytes for longer than the stall time-out.</summary>
    Stalled,

    /// <summary>The stream reached its maximum age; the client was asked to reconnect.</summary>
    Age,

    /// <summary>The hub is draining; the client was asked to reconnect.</summary>
    Drain,

    /// <summary>The subscription was complete (a poll).</summary>
    Finished,

    /// <summary>Every topic of the stream is complete; the client was notified.</summary>
    Completed,

    /// <summary>The client did not keep up with a topic whose policy is <see cref="SlowConsumer.Disconnect"/>.</summary>
    Slow,

    /// <summary>A read of the log or a write to the sink failed.</summary>
    Error,

    /// <summary>The token expired and was not renewed; the client was notified.</summary>
    TokenExpired,

    /// <summary>The token, its subject or the connection was revoked; the client was notified.</summary>
    Revoked,

    /// <summary>A renewal used a token that does not grant the subscription; the client was notified.</summary>
    GrantsNarrowed,

    /// <summary>An administrator ended the stream; the client was notified.</summary>
    Ended,
}
