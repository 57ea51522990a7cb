using Longwave.Protocol.EventStream;

namespace Longwave.BadDays.Tests.Following;

internal sealed class EventStreamReading : IStreamReading
{
    private readonly EventStreamParser _parser = new();

    public long Heartbeats => _parser.CommentsSeen;

    public void Read(ReadOnlySpan<byte> bytes, Action<Received> take)
    {
        while (_parser.TryRead(ref bytes, out ServerSentEvent e))
        {
            take(new Received(e.LastEventId, e.Type, e.Data));
        }
    }
}
