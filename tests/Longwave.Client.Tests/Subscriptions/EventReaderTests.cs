using System.Buffers;
using System.Text;
using System.Text.Json;
using Longwave.Client.Subscriptions;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Positions;

namespace Longwave.Client.Tests.Subscriptions;

public sealed class EventReaderTests
{
    /// <summary>Data that is JSON, or looks like it, under each kind of media type: the application receives what was published.</summary>
    [Theory]
    [InlineData("hello", null, false)]
    [InlineData("42", null, false)]
    [InlineData("\"quoted\"", null, false)]
    [InlineData("\"quoted\"", null, true)]
    [InlineData("[DONE]", "application/json", false)]
    [InlineData("NaN", "application/json", true)]
    [InlineData("", "application/json", false)]
    [InlineData("null", "application/json", false)]
    [InlineData("\"text\"", "application/json", false)]
    [InlineData("{\"a\":1}{\"b\":2}", "application/json", false)]
    [InlineData("{\"a\": [1, 2.50] }", "application/json", false)]
    [InlineData("a\r\nb", "text/plain", false)]
    public void Read_StreamAndPoll_ReturnTheDataAsPublished(string data, string? contentType, bool isCloudEvent)
    {
        var buffer = new ArrayBufferWriter<byte>();
        CloudEventEncoder.Write(buffer, new EventView
        {
            Position = new Position(1, 2),
            TimeUnixMs = 3,
            Topic = "t",
            ContentType = contentType,
            Attributes = isCloudEvent ? """{"id":"7","source":"/s"}""" : null,
            Data = Encoding.UTF8.GetBytes(data),
        });
        string json = Encoding.UTF8.GetString(buffer.WrittenSpan);
        using var document = JsonDocument.Parse(json);

        ReceivedEvent polled = EventReader.FromPoll(document.RootElement);
        ReceivedEvent streamed = EventReader.FromStream(new ServerSentEvent("message", json, "00000001-2"), SubscriptionFormat.CloudEvents);

        Assert.Equal((data, "00000001-2", "t"), (polled.Data, polled.Id, polled.Topic));
        Assert.Equal((data, "00000001-2", "t"), (streamed.Data, streamed.Id, streamed.Topic));
    }
}
