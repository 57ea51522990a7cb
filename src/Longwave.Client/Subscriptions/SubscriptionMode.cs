namespace Longwave.Client.Subscriptions;

/// <summary>How a subscription receives its events. All modes share the position.</summary>
public enum SubscriptionMode
{
    /// <summary>An open stream: events arrive immediately. Falls back to long polls where a proxy blocks streams.</summary>
    Stream,

    /// <summary>A short request every <see cref="SubscriptionOptions.PollInterval"/>, for an application that is idle or in the background.</summary>
    Poll,
}
