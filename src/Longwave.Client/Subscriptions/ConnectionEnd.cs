using Longwave.Client.Failures;

namespace Longwave.Client.Subscriptions;

/// <summary>How one connection of a subscription ended.</summary>
/// <param name="Cause">Reason for the end; null when no more events will come (status 204, or all topics are complete).</param>
/// <param name="Failure">The failure; null when nothing failed.</param>
internal sealed record ConnectionEnd(ReconnectCause? Cause, HubFailure? Failure = null)
{
    /// <summary>The hub responded that no more events will come.</summary>
    public static readonly ConnectionEnd NothingMore = new(null as ReconnectCause?);

    /// <summary>Whether the subscription switches to the other transport at once.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>Token that the connection used.</summary>
    public string? Token { get; init; }
}
