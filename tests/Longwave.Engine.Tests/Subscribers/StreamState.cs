namespace Longwave.Engine.Tests.Subscribers;

/// <summary>The states that a stream is in as its client sees it.</summary>
public enum StreamState
{
    /// <summary>Waits for a catch-up reader.</summary>
    Queued,

    /// <summary>A catch-up reader is in the middle of one of its pages.</summary>
    Reading,

    /// <summary>Joins the live streams in the turn in which the promise falls due.</summary>
    Joining,

    /// <summary>Has everything.</summary>
    Live,

    /// <summary>Its client accepted no more bytes and missed events.</summary>
    Blocked,

    /// <summary>Events wait for its next delivery.</summary>
    Paced,

    /// <summary>It gets one type of two.</summary>
    Filtered,

    /// <summary>A catch-up reader is in the middle of a page of the newest per key.</summary>
    Conflating,

    /// <summary>Its client knows that the token expires.</summary>
    Expiring,

    /// <summary>The hub drains, and the time of this stream has not come yet.</summary>
    Draining,
}
