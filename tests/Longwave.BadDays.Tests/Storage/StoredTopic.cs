namespace Longwave.BadDays.Tests.Storage;

/// <summary>What the log says of a topic.</summary>
/// <param name="Name">The topic.</param>
/// <param name="First">Offset of its oldest event.</param>
/// <param name="Count">Events that it has.</param>
/// <param name="TrimmedThrough">Offset of the newest event that it lost to retention.</param>
internal sealed record StoredTopic(string Name, long First, long Count, long TrimmedThrough)
{
    /// <summary>A policy of its own makes an alternate lose events that their first topic still has; always the oldest.</summary>
    public bool Keeps(long offset) => Count > 0 && offset >= First;
}
