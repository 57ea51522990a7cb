namespace Longwave.Client.Subscriptions;

/// <summary>What a subscription is doing.</summary>
public enum SubscriptionState
{
    /// <summary>A request is on its way.</summary>
    Connecting,

    /// <summary>A stream is open.</summary>
    Streaming,

    /// <summary>It asks for events again and again: because it was told to, or because a stream does not come through.</summary>
    Polling,

    /// <summary>The connection is gone; the next attempt comes after <see cref="SubscriptionChange.Delay"/>.</summary>
    Waiting,

    /// <summary>It has ended for good: the hub said that nothing more comes, refused, or the caller left.</summary>
    Stopped,
}
