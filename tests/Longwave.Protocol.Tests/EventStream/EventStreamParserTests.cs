using System.Text;
using Longwave.Protocol.EventStream;

namespace Longwave.Protocol.Tests.EventStream;

public sealed class EventStreamParserTests
{
    [Fact]
    public void TryRead_SpecExample_ReturnsItsEvents()
    {
        var parser = new EventStreamParser();
        List<ServerSentEvent> events = StreamPieces.Read(parser, ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\ndata: lost"u8, 1);
        Assert.Equal([new("message", "first event", "1"), new("message", "second event", ""), new("message", " third event", "")], events);
        Assert.Equal("test stream", Encoding.UTF8.GetString(parser.LastComment.Span));
    }

    [Fact]
    public void TryRead_CarriageReturns_DispatchWithoutTheNextByte()
    {
        var parser = new EventStreamParser();
        ReadOnlySpan<byte> input = "data: a\r\r"u8;
        Assert.True(parser.TryRead(ref input, out ServerSentEvent e));
        Assert.Equal("a", e.Data);
        input = "\ndata: b\r\n\r"u8;
        Assert.True(parser.TryRead(ref input, out e));
        Assert.Equal("b", e.Data);
    }

    [Fact]
    public void Read_IdWithoutData_UpdatesTheIdWithoutAnEvent()
    {
        var parser = new EventStreamParser();
        ReadOnlySpan<byte> input = "id: 7\nevent: x\n\n: c\nid\n\nretry: 5\n\ndata: d\n\n"u8;

        Assert.Equal((StreamItem.Id, "7"), (parser.Read(ref input, out _), parser.LastEventId));
        Assert.Equal(StreamItem.Comment, parser.Read(ref input, out _));
        Assert.Equal((StreamItem.Id, ""), (parser.Read(ref input, out _), parser.LastEventId));
        Assert.Equal(StreamItem.Event, parser.Read(ref input, out ServerSentEvent e));
        Assert.Equal(new ServerSentEvent("message", "d", ""), e);
        Assert.False(parser.HadId);
        Assert.Equal(StreamItem.Nothing, parser.Read(ref input, out _));
    }

    [Fact]
    public void TryRead_EndlessLine_FailsTypedInBoundedMemory()
    {
        var parser = new EventStreamParser(new EventStreamParserOptions { MaxEventBytes = 100_000 });
        byte[] chunk = new byte[1000];
        chunk.AsSpan().Fill((byte)'x');
        long before = GC.GetAllocatedBytesForCurrentThread();
        EventTooLargeException failure = Assert.Throws<EventTooLargeException>(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                ReadOnlySpan<byte> input = chunk;
                parser.TryRead(ref input, out _);
            }
        });
        Assert.Equal(100_000, failure.Limit);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000);
    }
}
