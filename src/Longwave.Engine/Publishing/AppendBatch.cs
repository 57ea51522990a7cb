using Longwave.Engine.Log;

namespace Longwave.Engine.Publishing;

/// <summary>What one transaction takes: filled by the sequencer, written by the appender, emptied after the answers. Writer thread only.</summary>
internal sealed class AppendBatch
{
    /// <summary>The new events, in the order of their offsets.</summary>
    public List<AppendEntry> Entries { get; } = [];

    /// <summary>How far an upstream is read when the batch is in the log; null leaves the position as it is.</summary>
    public byte[]? SourcePosition { get; private set; }

    /// <summary>Time of the newest event when the upstream is read so far: later events must not be older, also when that event is gone by then.</summary>
    public long SourceTimeUnixMs { get; private set; }

    public void SetSource(byte[] position, long timeUnixMs) => (SourcePosition, SourceTimeUnixMs) = (position, timeUnixMs);

    public void Clear()
    {
        Entries.Clear();
        SourcePosition = null;
    }
}
