namespace Longwave.Engine.CatchUp;

/// <summary>What became of a page.</summary>
internal enum PageOutcome
{
    /// <summary>The subscriber got what was read, as far as its sink took it. It may be nothing.</summary>
    Sent,

    /// <summary>Nothing was sent and nothing has changed: the stream was renewed or is to end.</summary>
    Discarded,

    /// <summary>Nothing was sent and nothing has changed: the events are not in the hot tail any more, and there is no storage to read.</summary>
    Overtaken,

    /// <summary>Nothing was sent: the policy of a missed event's topic ends the stream.</summary>
    TooSlow,
}
