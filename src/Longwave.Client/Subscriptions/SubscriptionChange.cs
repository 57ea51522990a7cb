using Longwave.Client.Failures;

namespace Longwave.Client.Subscriptions;

/// <summary>What a subscription does now, and why.</summary>
/// <param name="State">What it does.</param>
public sealed record SubscriptionChange(SubscriptionState State)
{
    /// <summary>Why the connection before ended; null while there was none.</summary>
    public ReconnectCause? Cause { get; init; }

    /// <summary>What went wrong, in words; null when nothing did.</summary>
    public HubFailure? Failure { get; init; }

    /// <summary>Time until the next attempt, with <see cref="SubscriptionState.Waiting"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Attempts since the last connection that was made, this one included.</summary>
    public int Attempt { get; init; }

    /// <summary>What the next request sends as <c>Last-Event-ID</c>; null at the live edge.</summary>
    public string? LastEventId { get; init; }
}
