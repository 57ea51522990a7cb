namespace Longwave.Client.Subscriptions;

/// <summary>Why a connection of a subscription ended.</summary>
public enum ReconnectCause
{
    /// <summary>The server ended the stream without a word.</summary>
    Ended,

    /// <summary>The connection broke.</summary>
    Broken,

    /// <summary>Nothing came for 2.5 heartbeats.</summary>
    Silent,

    /// <summary>No connection could be made.</summary>
    Unreachable,

    /// <summary>The hub refused for now: busy, leaving, too many requests.</summary>
    Refused,

    /// <summary>The hub asked to reconnect: it is leaving, or the stream is old.</summary>
    Asked,

    /// <summary>The token has expired or is not taken any more.</summary>
    TokenExpired,

    /// <summary>No greeting came in time: a proxy seems to hold the stream back.</summary>
    NoGreeting,

    /// <summary>A heartbeat named a tip of another log than the events, or one before them: another copy of the hub answers there.</summary>
    OtherLog,

    /// <summary><see cref="Subscription.Mode"/> was changed.</summary>
    ModeChanged,
}
