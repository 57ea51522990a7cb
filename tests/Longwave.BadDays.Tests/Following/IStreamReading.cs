namespace Longwave.BadDays.Tests.Following;

/// <summary>Parser state of one stream; it is discarded with an incomplete event when the stream ends.</summary>
internal interface IStreamReading
{
    long Heartbeats { get; }

    void Read(ReadOnlySpan<byte> bytes, Action<Received> take);
}
