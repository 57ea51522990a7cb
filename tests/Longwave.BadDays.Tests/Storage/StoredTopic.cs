namespace Longwave.BadDays.Tests.Storage;

/// <summary>Stored figures of a topic.</summary>
/// <param name="Name">Topic name.</param>
/// <param name="First">Offset of its oldest event.</param>
/// <param name="Count">Number of its events.</param>
/// <param name="TrimmedThrough">Offset of its newest event removed by retention.</param>
internal sealed record StoredTopic(string Name, long First, long Count, long TrimmedThrough)
{
    /// <summary>Whether the topic still has the event. Its own policy can remove events that remain under another topic; always the oldest ones.</summary>
    public bool Keeps(long offset) => Count > 0 && offset >= First;
}
