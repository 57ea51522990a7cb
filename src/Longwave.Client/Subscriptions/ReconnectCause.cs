namespace Longwave.Client.Subscriptions;

/// <summary>Why a connection of a subscription ended.</summary>
public enum ReconnectCause
{
    /// <summary>The server closed the stream without notice.</summary>
    Ended,

    /// <summary>The connection broke.</summary>
    Broken,

    /// <summary>The stream was silent for 2.5 heartbeats.</summary>
    Silent,

    /// <summary>The client could not connect.</summary>
    Unreachable,

    /// <summary>The hub rejected the request temporarily: it is busy, draining, or limits the rate.</summary>
    Refused,

    /// <summary>The hub asked to reconnect: it is draining, or the stream reached its maximum age.</summary>
    Asked,

    /// <summary>The token expired or was rejected.</summary>
    TokenExpired,

    /// <summary>No greeting arrived in time: a proxy probably buffers the stream.</summary>
    NoGreeting,

    /// <summary>A heartbeat contained a tip of another log, or one before the events received: another copy of the hub responds at this address.</summary>
    OtherLog,

    /// <summary>The application changed <see cref="Subscription.Mode"/>.</summary>
    ModeChanged,
}
