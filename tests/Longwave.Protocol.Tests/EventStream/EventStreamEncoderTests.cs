using System.Buffers;
using System.Text;
using Longwave.Protocol.Events;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.EventStream;

public sealed class EventStreamEncoderTests
{
    [Theory]
    [InlineData("", "data: \n")]
    [InlineData("a", "data: a\n")]
    [InlineData("a\nb", "data: a\ndata: b\n")]
    [InlineData("a\r\nb", "data: a\ndata: b\n")]
    [InlineData("a\rb", "data: a\ndata: b\n")]
    [InlineData("a\n\rb\r\n", "data: a\ndata: \ndata: b\ndata: \n")]
    [InlineData("\r", "data: \ndata: \n")]
    public void WriteEvent_EveryLineEnd_StartsADataLine(string data, string expected)
    {
        Assert.Equal("id: 00000001-2\n" + expected + "\n", Encode("message", data));
        Assert.Equal("id: 00000001-2\n" + expected + "\n", Encode(null, data));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    public void WriteEvent_TypeThatWouldEscape_Throws(string type) => Assert.Throws<ArgumentException>(() => Encode(type, "x"));

    [Fact]
    public void WriteComment_LineEnd_Throws()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Throws<ArgumentException>(() => EventStreamEncoder.WriteComment(buffer, "a\nb"u8));
        Assert.Throws<ArgumentException>(() => EventStreamEncoder.WriteControl(buffer, "a\nb"u8, default, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => EventStreamEncoder.WriteRetry(buffer, -1));
        Assert.Equal(0, buffer.WrittenCount);
    }

    private static string Encode(string? type, string data)
    {
        var buffer = new ArrayBufferWriter<byte>();
        EventStreamEncoder.WriteEvent(buffer, new EventView
        {
            Position = new Position(1, 2), TimeUnixMs = 0, Topic = "t", Type = type, Data = Encoding.UTF8.GetBytes(data),
        });
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
