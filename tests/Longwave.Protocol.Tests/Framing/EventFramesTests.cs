using System.Buffers;
using System.Text;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.Framing;

public sealed class EventFramesTests
{
    private static readonly Position At = new(0x5f3a9c1e, 1042);
    private const long Time = 1795417020123; // 2026-11-23T06:57:00.123Z

    [Theory]
    [InlineData(EventFormat.Sse, "id: 5f3a9c1e-1042\nevent: tick\ndata: {\"p\":1}\ndata: \n\n")]
    [InlineData(EventFormat.SseWithTopics, "id: 5f3a9c1e-1042\nevent: tick\ntopic: t\ndata: {\"p\":1}\ndata: \n\n")]
    [InlineData(EventFormat.SseCloudEvents, "id: 5f3a9c1e-1042\nevent: tick\ndata: {\"specversion\":\"1.0\",\"id\":\"5f3a9c1e-1042\",\"source\":\"/v1/events\",\"time\":\"2026-11-23T06:57:00.123Z\",\"type\":\"tick\",\"datacontenttype\":\"application/json\",\"topic\":\"t\",\"key\":\"k\",\"position\":\"5f3a9c1e-1042\",\"data\":{\"p\":1} }\n\n")]
    [InlineData(EventFormat.Json, "{\"id\":\"5f3a9c1e-1042\",\"topic\":\"t\",\"type\":\"tick\",\"key\":\"k\",\"time\":\"2026-11-23T06:57:00.123Z\",\"data\":\"{\\\"p\\\":1}\\n\"}\n")]
    [InlineData(EventFormat.JsonCloudEvents, "{\"specversion\":\"1.0\",\"id\":\"5f3a9c1e-1042\",\"source\":\"/v1/events\",\"time\":\"2026-11-23T06:57:00.123Z\",\"type\":\"tick\",\"datacontenttype\":\"application/json\",\"topic\":\"t\",\"key\":\"k\",\"position\":\"5f3a9c1e-1042\",\"data\":{\"p\":1} }\n")]
    public void Write_Event_IsOneFrameOfTheFormat(EventFormat format, string expected)
    {
        var buffer = new ArrayBufferWriter<byte>();
        EventFrames.Write(buffer, format, new EventView
        {
            Position = At, TimeUnixMs = Time, Topic = "t", Type = "tick", Key = "k", ContentType = "application/json", Data = "{\"p\":1}\n"u8,
        });
        Assert.Equal(expected, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    [Fact]
    public void Write_AttributesOfThePublisher_AreUnchanged()
    {
        var buffer = new ArrayBufferWriter<byte>();
        EventFrames.Write(buffer, EventFormat.JsonCloudEvents, new EventView
        {
            Position = At, TimeUnixMs = Time, Topic = "t", Type = "tick", Attributes = "{\"id\":\"7\",\"source\":\"/s\",\"n\":1}", Data = "\"x\""u8,
        });
        Assert.Equal(
            "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"n\":1,\"time\":\"2026-11-23T06:57:00.123Z\",\"type\":\"tick\",\"topic\":\"t\",\"position\":\"5f3a9c1e-1042\",\"data\":\"x\"}\n",
            Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    [Theory]
    [InlineData(EventFormat.Sse, ": 5f3a9c1e-1042\nretry: 2500\n: 5f3a9c1e-1042\n:\nevent: longwave.reconnect\nretry: 900\ndata: {\"a\":1}\n\nid: 5f3a9c1e-1042\nevent: longwave.reset\ndata: {}\n\n")]
    [InlineData(EventFormat.SseWithTopics, ": 5f3a9c1e-1042\nretry: 2500\n: 5f3a9c1e-1042\n:\nevent: longwave.reconnect\nretry: 900\ndata: {\"a\":1}\n\nid: 5f3a9c1e-1042\nevent: longwave.reset\ndata: {}\n\n")]
    [InlineData(EventFormat.SseWithIds, ": #5f3a9c1e-1042\nretry: 2500\n: #5f3a9c1e-1042\n:\nevent: longwave.reconnect\nretry: 900\ndata: {\"a\":1}\n\nid: #5f3a9c1e-1042\nevent: longwave.reset\ndata: {}\n\n")]
    [InlineData(EventFormat.Json, "{\"type\":\"longwave.tip\",\"data\":\"5f3a9c1e-1042\",\"retry\":2500}\n{\"type\":\"longwave.tip\",\"data\":\"5f3a9c1e-1042\"}\n{\"type\":\"longwave.tip\",\"data\":\"\"}\n{\"type\":\"longwave.reconnect\",\"data\":\"{\\\"a\\\":1}\",\"retry\":900}\n{\"type\":\"longwave.reset\",\"data\":\"{}\"}\n")]
    public void WriteGreetingHeartbeatControl_EachFormat_AsDocumented(EventFormat format, string expected)
    {
        var buffer = new ArrayBufferWriter<byte>();
        EventFrames.WriteGreeting(buffer, format, At, 2500);
        EventFrames.WriteHeartbeat(buffer, format, At);
        EventFrames.WriteHeartbeat(buffer, format, null);
        EventFrames.WriteControl(buffer, format, "longwave.reconnect", "{\"a\":1}"u8, 900);
        EventFrames.WriteControl(buffer, format, "longwave.reset", "{}"u8, null, At);
        Assert.Equal(expected, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
