namespace Longwave.Client.Subscriptions;

/// <summary>State of a subscription.</summary>
public enum SubscriptionState
{
    /// <summary>The client is connecting.</summary>
    Connecting,

    /// <summary>A stream is open.</summary>
    Streaming,

    /// <summary>The client polls for events, because the mode is <see cref="SubscriptionMode.Poll"/> or a proxy blocks streams.</summary>
    Polling,

    /// <summary>The connection was lost; the next attempt follows after <see cref="SubscriptionChange.Delay"/>.</summary>
    Waiting,

    /// <summary>The subscription has ended: no more events will come, the hub rejected it permanently, or the caller stopped.</summary>
    Stopped,
}
