namespace Longwave.Client.Subscriptions;

/// <summary>Which parts of an event the hub sends.</summary>
public enum SubscriptionFormat
{
    /// <summary>Everything: topic, key, time, media type, and the data as it was published; only JSON can lose white space outside of strings.</summary>
    CloudEvents,

    /// <summary>Topic, type, id and data only, with the data as a browser's event source gets it: fewer bytes, but every line end in the data becomes LF.</summary>
    Raw,
}
