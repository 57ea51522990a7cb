namespace Longwave.Client.Subscriptions;

/// <summary>Which parts of an event the hub sends.</summary>
public enum SubscriptionFormat
{
    /// <summary>Everything: topic, key, time, media type, and the data as it was published; only JSON can lose white space outside of strings.</summary>
    CloudEvents,

    /// <summary>Type, id and data only, as for a browser's event source: fewer bytes, but every line end in the data becomes LF.</summary>
    Raw,
}
