namespace Longwave.BadDays.Tests.Following;

/// <summary>The state of reading one stream: whatever is unfinished when it ends is dropped with this.</summary>
internal interface IStreamReading
{
    long Heartbeats { get; }

    void Read(ReadOnlySpan<byte> bytes, Action<Received> take);
}
