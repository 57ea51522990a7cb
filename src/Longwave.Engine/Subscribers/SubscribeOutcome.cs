namespace Longwave.Engine.Subscribers;

/// <summary>Result of a subscribe call.</summary>
public enum SubscribeOutcome
{
    /// <summary>The stream is open.</summary>
    Accepted,

    /// <summary>The hub has reached its limit of streams.</summary>
    TooManyConnections,

    /// <summary>The hub has reached its limit of different patterns, or of their cost.</summary>
    TooManyPatterns,

    /// <summary>The patterns of the subscription, or of its grants, cost more than those of one subscription may.</summary>
    SubscriptionTooCostly,

    /// <summary>The patterns of all streams of the client would cost more than those of one client may.</summary>
    ClientTooCostly,

    /// <summary>The hub is draining.</summary>
    Draining,
}
