using Longwave.Client.Failures;

namespace Longwave.Client.Subscriptions;

/// <summary>Reports a state change of a subscription and its reason.</summary>
/// <param name="State">New state.</param>
public sealed record SubscriptionChange(SubscriptionState State)
{
    /// <summary>Reason for the end of the previous connection; null before the first one ended.</summary>
    public ReconnectCause? Cause { get; init; }

    /// <summary>The failure; null when nothing failed.</summary>
    public HubFailure? Failure { get; init; }

    /// <summary>Time until the next attempt, in <see cref="SubscriptionState.Waiting"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Number of attempts since the last successful connection, including this one.</summary>
    public int Attempt { get; init; }

    /// <summary><c>Last-Event-ID</c> of the next request; null at the live edge.</summary>
    public string? LastEventId { get; init; }
}
