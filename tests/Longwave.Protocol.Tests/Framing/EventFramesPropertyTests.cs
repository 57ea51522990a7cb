using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.Framing;

public sealed class EventFramesPropertyTests
{
    private static readonly Gen<Event> Published =
        from topic in Texts.Any
        from type in Texts.Any.OrNull()
        from key in Texts.Field
        from contentType in Gen.Elements(null, "application/json", "text/plain", "a/b+json;x=1", "a\nb")
        from attributes in Gen.Elements(null, "{}", "{\"id\":\"7\",\"source\":\"/s\",\"x\":1}", "{\"type\":\"twice\",\"data\":1}", "{\n}")
        from data in Gen.OneOf(Texts.Any, Gen.Elements("{}", "[1,\r\n2]", "\"x\"", "null", "-", "1 2", "{\"a\":\"\\n\"}"))
        select new Event
        {
            Topic = topic, Type = type, Key = key, ContentType = contentType, Attributes = attributes, Data = Encoding.UTF8.GetBytes(data),
        };

    [Fact]
    public void Write_AnyValidEvent_IsOneEventInEveryFormat()
    {
        int allowed = 0;
        Prop.ForAll(Published.ToArbitrary(), e =>
        {
            if (EventRules.Check(e, int.MaxValue) is not null)
            {
                return;
            }

            allowed++;
            string data = Encoding.UTF8.GetString(e.Data.Span);
            string type = e.Type ?? "message";
            Assert.Equal(new ServerSentEvent(type, Texts.AsReceived(data), "0000002a-7"), OneEvent(Frame(e, EventFormat.Sse)));

            ServerSentEvent cloudEvent = OneEvent(Frame(e, EventFormat.SseCloudEvents));
            Assert.Equal((type, "0000002a-7"), (cloudEvent.Type, cloudEvent.LastEventId));
            CheckCloudEvent(e, cloudEvent.Data, data);
            CheckCloudEvent(e, OneLine(Frame(e, EventFormat.JsonCloudEvents)), data);

            using JsonDocument native = JsonDocument.Parse(OneLine(Frame(e, EventFormat.Json)));
            Assert.Equal(e.Topic, native.RootElement.GetProperty("topic").GetString());
            Assert.Equal(data, native.RootElement.GetProperty("data").GetString());
            Assert.Equal(e.Key, native.RootElement.TryGetProperty("key", out JsonElement key) ? key.GetString() : null);
        }).Check(Texts.Runs(5000));
        Assert.InRange(allowed, 50, 5000);
    }

    private static void CheckCloudEvent(Event e, string json, string data)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        JsonElement root = document.RootElement;
        Assert.Equal(e.Topic, root.GetProperty("topic").GetString());
        Assert.Equal("0000002a-7", root.GetProperty("position").GetString());
        if (root.TryGetProperty("data_base64", out JsonElement base64))
        {
            Assert.Equal(data, Encoding.UTF8.GetString(base64.GetBytesFromBase64()));
        }
        else if (!root.TryGetProperty("data", out JsonElement embedded))
        {
            Assert.Equal("", data);
        }
        else if (e.ContentType is "text/plain" || (e.ContentType is null && e.Attributes is null))
        {
            Assert.Equal(data, embedded.GetString());
        }
        else
        {
            using JsonDocument published = JsonDocument.Parse(data);
            Assert.True(JsonElement.DeepEquals(published.RootElement, embedded));
        }

        // What we write, we read: an event can be relayed.
        bool read = CloudEventReader.TryRead(Encoding.UTF8.GetBytes(json), default, out Event? again, out _, out EventProblem? problem);
        Assert.True(read, problem?.Detail);
        string? contentType = e.ContentType ?? (e.Attributes is null ? "text/plain" : null);
        Assert.Equal((e.Topic, e.Type ?? "message", e.Key, contentType), (again!.Topic, again.Type, again.Key, again.ContentType));
    }

    private static byte[] Frame(Event e, EventFormat format)
    {
        var buffer = new ArrayBufferWriter<byte>();
        EventFrames.Write(buffer, format, new EventView
        {
            Position = new Position(42, 7), TimeUnixMs = 1795417020123, Topic = e.Topic, Type = e.Type, Key = e.Key, ContentType = e.ContentType,
            Attributes = e.Attributes, Data = e.Data.Span,
        });
        return buffer.WrittenSpan.ToArray();
    }

    private static ServerSentEvent OneEvent(byte[] frame) => Assert.Single(StreamPieces.Read(new EventStreamParser(), frame, 3));

    private static string OneLine(byte[] frame)
    {
        Assert.Equal(frame.Length - 1, frame.AsSpan().IndexOfAny((byte)'\r', (byte)'\n'));
        return Encoding.UTF8.GetString(frame);
    }
}
