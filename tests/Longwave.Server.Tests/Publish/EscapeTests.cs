using System.Buffers;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Server.Publish;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Publish;

/// <summary>
/// Line ends, NUL and byte order marks in every field, by every input, to every output, read by two independent parsers: each event
/// arrives as one event with unchanged fields, and no other event arrives.
/// </summary>
public sealed class EscapeTests
{
    private const int CasesPerRoute = 200_000;
    private const int Batch = 250;

    /// <summary>Interval of full JSON parsing, in events; every event is checked to be one line.</summary>
    private const int JsonEvery = 8;
    private const string Sentinel = "sentinel";
    private static readonly BodyKind[] Routes = [BodyKind.Raw, BodyKind.Structured, BodyKind.Batch, BodyKind.Ndjson, BodyKind.Binary];

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Event_AnyTextInAnyFieldByAnyRoute_NeverLeavesItsField()
    {
        await using TestHub hub = await TestHub.StartAsync();
        long cases = 0;
        long accepted = 0;
        Parallel.ForEach(Routes.SelectMany(route => Enumerable.Range(0, CasesPerRoute / Batch).Select(batch => (route, batch))), work =>
        {
            // Each batch has its own seed: a failure reports it, and the seed reproduces the failure.
            var random = new Random(((int)work.route * CasesPerRoute) + work.batch);
            List<HostileEvent> hostile = [.. Enumerable.Range(0, Batch).Select(_ => HostileEvent.Next(random))];
            List<Event> taken = [.. hostile.Select(e => e.Through(work.route, hub.Engine.NewRequest())).OfType<Event>()];
            CheckStream(taken, EventFormat.Sse, static (e, _, data) => Expect(AsReceived(Encoding.UTF8.GetString(e.Data.Span)), data));
            CheckStream(taken, EventFormat.SseCloudEvents, CheckCloudEvent);
            CheckLines(taken, EventFormat.Json);
            CheckLines(taken, EventFormat.JsonCloudEvents);
            Interlocked.Add(ref cases, Batch);
            Interlocked.Add(ref accepted, taken.Count);
        });
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{cases:N0} cases by {Routes.Length} routes: {accepted:N0} taken, {cases - accepted:N0} refused, 0 escapes in 4 formats by 2 parsers"));
        Assert.Equal(CasesPerRoute * Routes.Length, cases);

        // If all events were rejected, or all accepted, the test would prove nothing.
        Assert.InRange(accepted, cases / 4, cases * 3 / 4);
    }

    /// <summary>Checks a stream of hostile events alternating with harmless ones: text that escapes its field appears as an extra event or in a harmless one.</summary>
    private static void CheckStream(List<Event> events, EventFormat format, Action<Event, int, string> checkData)
    {
        var stream = new ArrayBufferWriter<byte>();
        for (int i = 0; i < events.Count; i++)
        {
            Write(stream, format, events[i], 2 * i);
            Write(stream, EventFormat.Sse, new Event { Topic = Sentinel, Type = Sentinel, Data = "whole"u8.ToArray() }, (2 * i) + 1);
        }

        List<(string Type, string Data, string? Id)> ours = ReadWithOurs(stream.WrittenSpan);
        List<(string Type, string Data, string? Id)> theirs =
            [.. SseParser.Create(new MemoryStream(stream.WrittenSpan.ToArray())).Enumerate().Select(item => (item.EventType, item.Data, item.EventId))];
        foreach (List<(string Type, string Data, string? Id)> read in (List<(string, string, string?)>[])[ours, theirs])
        {
            Assert.Equal(2 * events.Count, read.Count);
            for (int i = 0; i < events.Count; i++)
            {
                Expect((events[i].Type ?? "message", IdOf(2 * i)), (read[2 * i].Type, read[2 * i].Id!));
                Expect((Sentinel, "whole", IdOf((2 * i) + 1)), read[(2 * i) + 1]!);
                checkData(events[i], i, read[2 * i].Data);
            }
        }
    }

    private static void CheckCloudEvent(Event e, int index, string data)
    {
        Expect(false, data.Contains('\n', StringComparison.Ordinal));
        if (index % JsonEvery == 0)
        {
            using JsonDocument json = JsonDocument.Parse(data);
            Expect((e.Topic, e.Key), (json.RootElement.GetProperty("topic").GetString(), json.RootElement.GetProperty("key").GetString()));
        }
    }

    private static void CheckLines(List<Event> events, EventFormat format)
    {
        var lines = new ArrayBufferWriter<byte>();
        for (int i = 0; i < events.Count; i++)
        {
            Write(lines, format, events[i], i);
        }

        string[] read = Encoding.UTF8.GetString(lines.WrittenSpan).Split('\n');
        Assert.Equal(events.Count + 1, read.Length);
        Assert.Equal("", read[^1]);
        for (int i = 0; i < events.Count; i++)
        {
            Expect(false, read[i].Contains('\r', StringComparison.Ordinal));
            if (i % JsonEvery == 0)
            {
                using JsonDocument json = JsonDocument.Parse(read[i]);
                Expect(events[i].Topic, json.RootElement.GetProperty("topic").GetString());
            }
        }
    }

    private static List<(string Type, string Data, string? Id)> ReadWithOurs(ReadOnlySpan<byte> bytes)
    {
        var parser = new EventStreamParser();
        var read = new List<(string, string, string?)>();
        while (parser.TryRead(ref bytes, out ServerSentEvent e))
        {
            read.Add((e.Type, e.Data, e.LastEventId));
        }

        return read;
    }

    /// <summary>Fast comparison for several million calls; the assertion of the test framework is too slow.</summary>
    private static void Expect<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            Assert.Equal(expected, actual);
        }
    }

    private static string IdOf(int offset) => new Position(42, offset + 1).ToString();

    private static void Write(ArrayBufferWriter<byte> writer, EventFormat format, Event e, int offset) => EventFrames.Write(writer, format, new EventView
    {
        Position = new Position(42, offset + 1),
        TimeUnixMs = 1_764_000_000_000,
        Topic = e.Topic,
        Alternates = e.Alternates,
        Type = e.Type,
        Key = e.Key,
        ContentType = e.ContentType,
        Attributes = e.Attributes,
        Data = e.Data.Span,
    });

    private static string AsReceived(string data) =>
        data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
