using Longwave.Client.Failures;

namespace Longwave.Client.Subscriptions;

/// <summary>How one connection of a subscription ended.</summary>
/// <param name="Cause">In which way; null when there is nothing more to come (204).</param>
/// <param name="Failure">In words, where something failed.</param>
internal sealed record ConnectionEnd(ReconnectCause? Cause, HubFailure? Failure = null)
{
    /// <summary>The hub said that there is nothing more to come.</summary>
    public static readonly ConnectionEnd NothingMore = new(null as ReconnectCause?);

    /// <summary>The other kind of connection follows, at once.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>The token that the connection used.</summary>
    public string? Token { get; init; }
}
