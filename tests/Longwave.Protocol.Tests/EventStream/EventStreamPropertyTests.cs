using System.Buffers;
using System.Net.ServerSentEvents;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.EventStream;

public sealed class EventStreamPropertyTests
{
    [Fact]
    public void RoundTrip_AnyDataInAnyPieces_HasLfLineEnds()
    {
        Gen<(string? Type, string Data, bool Heartbeat)> published =
            from type in Texts.Field from data in Texts.Any from heartbeat in Gen.Elements(true, false) select (type, data, heartbeat);
        Prop.ForAll(published.ListOf().ToArbitrary(), Texts.Cuts.ToArbitrary(), (events, cuts) =>
        {
            var buffer = new ArrayBufferWriter<byte>();
            var expected = new List<ServerSentEvent>();
            EventFrames.WriteGreeting(buffer, EventFormat.Sse, new Position(9, 0), 1234);
            for (int i = 0; i < events.Count; i++)
            {
                var position = new Position(9, i + 1);
                EventFrames.Write(buffer, EventFormat.Sse, View(position, events[i].Type, Encoding.UTF8.GetBytes(events[i].Data)));
                expected.Add(new ServerSentEvent(events[i].Type ?? "message", Texts.AsReceived(events[i].Data), position.ToString()));
                if (events[i].Heartbeat)
                {
                    EventFrames.WriteHeartbeat(buffer, EventFormat.Sse, position);
                }
            }

            var parser = new EventStreamParser();
            Assert.Equal(expected, ReadCut(parser, buffer.WrittenSpan, cuts));
            Assert.Equal(1234, parser.RetryMs);
        }).Check(Texts.Runs(2000));
    }

    [Fact]
    public void RoundTrip_ControlEvents_KeepThePosition()
    {
        Prop.ForAll(Texts.Any.ToArbitrary(), Texts.Cuts.ToArbitrary(), (data, cuts) =>
        {
            var buffer = new ArrayBufferWriter<byte>();
            EventFrames.Write(buffer, EventFormat.Sse, View(new Position(1, 5), null, "x"u8));
            EventFrames.WriteControl(buffer, EventFormat.Sse, "longwave.gap", Encoding.UTF8.GetBytes(data), 77);
            var parser = new EventStreamParser();
            List<ServerSentEvent> read = ReadCut(parser, buffer.WrittenSpan, cuts);
            Assert.Equal(new ServerSentEvent("longwave.gap", Texts.AsReceived(data), "00000001-5"), read[1]);
            Assert.Equal(("00000001-5", 77), (parser.LastEventId, parser.RetryMs));
        }).Check(Texts.Runs(500));
    }

    [Fact]
    public void TryRead_AnyBytesInAnyPieces_AgreesWithTheSpecification()
    {
        Prop.ForAll(Texts.Stream.ToArbitrary(), Texts.Cuts.ToArbitrary(), (stream, cuts) =>
        {
            var parser = new EventStreamParser();
            List<ServerSentEvent> read = ReadCut(parser, stream, cuts);
            var model = new StreamModel(stream);
            Assert.Equal(model.Events, read);
            Assert.Equal((model.LastEventId, model.Retry), (parser.LastEventId, parser.RetryMs));
        }).Check(Texts.Runs(5000));
    }

    [Fact]
    public void TryRead_AnyBytes_DataAgreesWithTheDotNetParser()
    {
        // Only the data is compared. That parser gives an id per item, waits after a CR at the very end, and carries the type of an event
        // without data over to the next one, where the specification resets it (.NET 10.0).
        Prop.ForAll(Texts.Stream.ToArbitrary(), stream =>
        {
            byte[] closed = [.. stream, (byte)'x', (byte)'\n', (byte)'\n', (byte)'x'];
            List<string> theirs = SseParser.Create(new MemoryStream(closed)).Enumerate().Select(i => i.Data).ToList();
            Assert.Equal(theirs, StreamPieces.Read(new EventStreamParser(), closed, 5).Select(e => e.Data));
        }).Check(Texts.Runs(3000));
    }

    [Fact]
    public void TryRead_AnyPieces_HaveTheSameLimit()
    {
        Prop.ForAll(Texts.Stream.ToArbitrary(), Texts.Cuts.ToArbitrary(), (stream, cuts) =>
        {
            int whole = CountUntilTooLarge(stream, [stream.Length + 1]);
            Assert.Equal(whole, CountUntilTooLarge(stream, cuts));
        }).Check(Texts.Runs(2000));
    }

    /// <summary>Events read before the limit of 12 bytes was broken, negative when it was.</summary>
    private static int CountUntilTooLarge(byte[] stream, int[] cuts)
    {
        var parser = new EventStreamParser(new EventStreamParserOptions { MaxEventBytes = 12 });
        int events = 0;
        try
        {
            for (int at = 0, i = 0; at < stream.Length; i++)
            {
                ReadOnlySpan<byte> input = stream.AsSpan(at, Math.Min(cuts[i % cuts.Length], stream.Length - at));
                at += input.Length;
                while (parser.TryRead(ref input, out _))
                {
                    events++;
                }
            }

            return events;
        }
        catch (EventTooLargeException)
        {
            Assert.Throws<EventTooLargeException>(() =>
            {
                ReadOnlySpan<byte> later = "\n\n"u8;
                parser.TryRead(ref later, out _);
            });
            return -1 - events;
        }
    }

    private static List<ServerSentEvent> ReadCut(EventStreamParser parser, ReadOnlySpan<byte> stream, int[] cuts)
    {
        var events = new List<ServerSentEvent>();
        for (int i = 0; !stream.IsEmpty; i++)
        {
            ReadOnlySpan<byte> input = stream[..Math.Min(cuts[i % cuts.Length], stream.Length)];
            stream = stream[input.Length..];
            while (parser.TryRead(ref input, out ServerSentEvent e))
            {
                events.Add(e);
            }
        }

        return events;
    }

    private static EventView View(Position position, string? type, ReadOnlySpan<byte> data) =>
        new() { Position = position, TimeUnixMs = 0, Topic = "t", Type = type, Data = data };
}
