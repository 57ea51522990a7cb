namespace Longwave.Engine.Subscribers;

/// <summary>What became of the wish to subscribe.</summary>
public enum SubscribeOutcome
{
    /// <summary>The stream is open.</summary>
    Accepted,

    /// <summary>The hub has as many streams as it may.</summary>
    TooManyConnections,

    /// <summary>The hub has as many different patterns as it may.</summary>
    TooManyPatterns,

    /// <summary>The hub is leaving.</summary>
    Draining,
}
