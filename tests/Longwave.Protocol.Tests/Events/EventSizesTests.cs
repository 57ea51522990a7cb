using System.Buffers;
using System.Text;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.Events;

public sealed class EventSizesTests
{
    [Theory]
    [InlineData(EventFormat.Sse, false)]
    [InlineData(EventFormat.SseWithTopics, false)]
    [InlineData(EventFormat.SseWithIds, false)]
    [InlineData(EventFormat.SseCloudEvents, true)]
    [InlineData(EventFormat.Json, true)]
    [InlineData(EventFormat.JsonCloudEvents, true)]
    public void MaxFrameBytes_LargestEvent_IsSufficient(EventFormat format, bool isJson)
    {
        byte[] data = new byte[EventSizes.DefaultMaxDataBytes];
        Array.Fill(data, (byte)1);
        string topic = new('"', EventRules.MaxTopicBytes);
        var e = new Event
        {
            Topic = topic,
            Alternates = [.. Enumerable.Repeat(topic, EventRules.MaxAlternates)],
            Type = new string('"', EventRules.MaxTypeBytes),
            Key = new string('"', EventRules.MaxKeyBytes),
            Id = new string('i', EventRules.MaxIdBytes),
            ContentType = new string('"', EventRules.MaxContentTypeBytes),
            Attributes = $$"""{"source":"{{new string('s', EventRules.MaxAttributesBytes - 13)}}"}""",
            Data = data,
        };
        Assert.Null(EventRules.Check(e, EventSizes.DefaultMaxDataBytes));
        var buffer = new ArrayBufferWriter<byte>();
        EventFrames.Write(buffer, format, new EventView
        {
            Position = new Position(1, long.MaxValue), TimeUnixMs = 0, Topic = e.Topic, Alternates = e.Alternates, Type = e.Type, Key = e.Key, Id = e.Id,
            ContentType = e.ContentType, Attributes = e.Attributes, Data = e.Data.Span,
        });

        // A frame of raw data has its fields in lines of their own, of which a parser holds one at a time.
        int most = EventSizes.MaxFrameBytes(EventSizes.DefaultMaxDataBytes, isJson);
        Assert.True(buffer.WrittenCount <= most, $"{buffer.WrittenCount} bytes, {most} expected");
        if (format is not (EventFormat.Json or EventFormat.JsonCloudEvents))
        {
            var parser = new EventStreamParser(new EventStreamParserOptions { MaxEventBytes = most });
            ReadOnlySpan<byte> input = buffer.WrittenSpan;
            Assert.True(parser.TryRead(ref input, out ServerSentEvent read));
            Assert.True(isJson || read.Data == Encoding.UTF8.GetString(data));
        }
    }

    [Fact]
    public void MaxFrameBytes_LargestLimit_DoesNotOverflow()
    {
        Assert.InRange(EventSizes.MaxFrameBytes(EventSizes.MaxDataBytes, isJson: true), 1, int.MaxValue);
        Assert.Throws<ArgumentOutOfRangeException>(static () => EventSizes.MaxFrameBytes(EventSizes.MaxDataBytes + 1, isJson: true));
    }
}
