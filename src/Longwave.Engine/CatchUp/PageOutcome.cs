namespace Longwave.Engine.CatchUp;

/// <summary>Result of a page.</summary>
internal enum PageOutcome
{
    /// <summary>Sent: the subscriber received the events up to what its sink accepted, possibly none.</summary>
    Sent,

    /// <summary>Nothing was sent or changed: the stream was renewed or is about to end.</summary>
    Discarded,

    /// <summary>Nothing was sent or changed: the events have left the hot tail, and this reader has no storage.</summary>
    Overtaken,

    /// <summary>Nothing was sent: the policy of a missed event's topic ends the stream.</summary>
    TooSlow,
}
