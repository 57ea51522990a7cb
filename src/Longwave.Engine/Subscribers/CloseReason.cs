using Longwave.Engine.Configuration;

namespace Longwave.Engine.Subscribers;

/// <summary>Why a stream ended. Each is counted.</summary>
public enum CloseReason
{
    /// <summary>The client closed its side, or its connection broke.</summary>
    ClientGone,

    /// <summary>The client took nothing for longer than the stall time-out.</summary>
    Stalled,

    /// <summary>The stream reached its age; the client was told to reconnect.</summary>
    Age,

    /// <summary>The hub is leaving; the client was told to reconnect.</summary>
    Drain,

    /// <summary>The subscriber had what it came for (a poll).</summary>
    Finished,

    /// <summary>The client did not keep up with a topic whose policy is <see cref="SlowConsumer.Disconnect"/>.</summary>
    Slow,

    /// <summary>Reading the log or writing to the sink failed.</summary>
    Error,

    /// <summary>Its token has expired and was not renewed; the client was told.</summary>
    TokenExpired,

    /// <summary>Its token, its subject or the connection was revoked; the client was told.</summary>
    Revoked,

    /// <summary>It was renewed with a token that does not admit it any more; the client was told.</summary>
    GrantsNarrowed,

    /// <summary>An administrator ended it; the client was told.</summary>
    Ended,
}
