namespace Longwave.Client.Subscriptions;

/// <summary>How a subscription gets its events; the position is the same, whichever it is.</summary>
public enum SubscriptionMode
{
    /// <summary>An open stream: events come as they happen. Falls back to long polls where a stream does not come through.</summary>
    Stream,

    /// <summary>A short request every <see cref="SubscriptionOptions.PollInterval"/>: for an application that is idle or in the background.</summary>
    Poll,
}
