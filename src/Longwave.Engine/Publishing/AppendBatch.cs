using Longwave.Engine.Log;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Content of one transaction: the sequencer fills it, the appender writes it, and it is emptied before the next. Writer thread only.
/// </summary>
internal sealed class AppendBatch
{
    /// <summary>New events, in the order of their offsets.</summary>
    public List<AppendEntry> Entries { get; } = [];

    /// <summary>Position in the upstream after the batch is committed; null leaves the position unchanged.</summary>
    public byte[]? SourcePosition { get; private set; }

    /// <summary>
    /// Time of the newest event at that upstream position, in milliseconds since the Unix epoch. Later events must not be older, even if that event
    /// was removed meanwhile.
    /// </summary>
    public long SourceTimeUnixMs { get; private set; }

    public void SetSource(byte[] position, long timeUnixMs) => (SourcePosition, SourceTimeUnixMs) = (position, timeUnixMs);

    public void Clear()
    {
        Entries.Clear();
        SourcePosition = null;
    }
}
