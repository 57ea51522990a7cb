namespace Longwave.Client.Subscriptions;

/// <summary>What the hub is asked to send of an event.</summary>
public enum SubscriptionFormat
{
    /// <summary>Everything: topic, key, time and media type, and data exactly as it was published.</summary>
    CloudEvents,

    /// <summary>Type, id and data only, as any event source gets it: fewer bytes, and every line end in the data is LF.</summary>
    Raw,
}
