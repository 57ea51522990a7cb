namespace Longwave.Engine.Subscribers;

/// <summary>Where a stream starts. The hub counts streams by start.</summary>
public enum StreamStart
{
    /// <summary>At the live edge.</summary>
    Live,

    /// <summary>At the oldest event that is kept.</summary>
    Earliest,

    /// <summary>At a time.</summary>
    Time,

    /// <summary>At the last events of the subscription.</summary>
    Last,

    /// <summary>After a position of this log.</summary>
    Resumed,

    /// <summary>Elsewhere than requested, because the position does not belong to this log; the client received a reset notice.</summary>
    Reset,
}
