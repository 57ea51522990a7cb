namespace Longwave.Engine.Subscribers;

/// <summary>Result of a subscribe call.</summary>
public enum SubscribeOutcome
{
    /// <summary>The stream is open.</summary>
    Accepted,

    /// <summary>The hub has reached its limit of streams.</summary>
    TooManyConnections,

    /// <summary>The hub has reached its limit of different patterns.</summary>
    TooManyPatterns,

    /// <summary>The hub is draining.</summary>
    Draining,
}
