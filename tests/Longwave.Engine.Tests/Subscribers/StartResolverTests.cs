using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Subscribers;

/// <summary>Every way to say where a stream starts, and the start that the hub resolves. The log has the events 1 to 4; "E" is its epoch.</summary>
public sealed class StartResolverTests
{
    private const long Tip = 4;
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Last event id; kind of since; whether ids are publishers' ids; the start: after, removals known through, reset, event kept.</summary>
    public static TheoryData<string?, SinceKind, bool, long, long, string?, bool> Rows => new()
    {
        // No id: since decides.
        { null, SinceKind.Live, false, Tip, 0, null, false },
        { null, SinceKind.Earliest, false, 0, Tip, null, false },
        { null, SinceKind.Time, false, 0, 0, null, false },
        { null, SinceKind.Live, true, Tip, 0, null, false },

        // A position of this log takes precedence over since. Removed events after it are reported, so no removal is known.
        { "E-2", SinceKind.Live, false, 2, 0, null, false },
        { "E-2", SinceKind.Earliest, false, 2, 0, null, false },
        { "E-2", SinceKind.Time, false, 2, 0, null, false },
        { "E-0", SinceKind.Live, false, 0, 0, null, false },
        { "E-4", SinceKind.Live, false, 4, 0, null, false },

        // The oldest event, and an offset of this log.
        { "earliest", SinceKind.Live, false, 0, Tip, null, false },
        { "0", SinceKind.Time, false, 0, Tip, null, false },
        { "2", SinceKind.Live, false, 2, 0, null, false },

        // Any other id is a reset, and since decides.
        { "E-5", SinceKind.Live, false, Tip, 0, "ahead", false },
        { "00000001-2", SinceKind.Live, false, Tip, 0, "unknown-epoch", false },
        { "x", SinceKind.Live, false, Tip, 0, "malformed", false },
        { "", SinceKind.Live, false, Tip, 0, "malformed", false },
        { "-1", SinceKind.Live, false, Tip, 0, "malformed", false },
        { "02", SinceKind.Live, false, Tip, 0, "malformed", false },
        { "99999999999999999999", SinceKind.Live, false, Tip, 0, "malformed", false },
        { "5", SinceKind.Live, false, Tip, 0, "ahead", false },
        { "#E-2", SinceKind.Live, false, Tip, 0, "malformed", false },
        { "x", SinceKind.Earliest, false, 0, Tip, "malformed", false },
        { "x", SinceKind.Time, false, 0, 0, "malformed", false },

        // Publishers' ids: the id, or a marked position. A bare position is only ever an id.
        { "urn:3", SinceKind.Live, true, 3, 0, null, true },
        { "#E-2", SinceKind.Live, true, 2, 0, null, true },
        { "E-2", SinceKind.Live, true, Tip, 0, "unknown-id", false },
        { "2", SinceKind.Live, true, Tip, 0, "unknown-id", false },
        { "0", SinceKind.Live, true, Tip, 0, "unknown-id", false },
        { "#E-4", SinceKind.Live, true, 4, 0, null, true },
        { "earliest", SinceKind.Live, true, 0, Tip, null, false },
        { "urn:9", SinceKind.Live, true, Tip, 0, "unknown-id", false },
        { "#E-5", SinceKind.Live, true, Tip, 0, "unknown-id", false },
        { "#00000001-2", SinceKind.Live, true, Tip, 0, "unknown-id", false },
        { "#urn:3", SinceKind.Live, true, Tip, 0, "unknown-id", false },

        // The event was removed: its id is unknown, its position remains.
        { "urn:1", SinceKind.Live, true, Tip, 0, "unknown-id", false },
        { "#E-1", SinceKind.Live, true, 1, 0, null, false },
        { "E-1", SinceKind.Live, false, 1, 0, null, false },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Resolve_EveryFormOfStart_GivesOnePositionAndVerdict(
        string? id, SinceKind since, bool hasIds, long after, long removalsKnownThrough, string? reset, bool isEventKept)
    {
        await using TestHub hub = await OpenAsync();
        StartPosition start = hub.Engine.ResolveStart(new SubscribeRequest
        {
            Selectors = [],
            Format = hasIds ? EventFormat.SseWithIds : EventFormat.Sse,
            LastEventId = id?.Replace("E-", $"{hub.Engine.Tip.ToString().Split('-')[0]}-", StringComparison.Ordinal),
            Since = since == SinceKind.Time ? Since.At(Noon) : new Since(since),
        });

        long? time = since == SinceKind.Time && (id is null || reset is not null) ? Noon.ToUnixTimeMilliseconds() : null;
        StreamStart kind = reset is not null ? StreamStart.Reset
            : id == EventRules.EarliestId || (id == "0" && !hasIds) || (id is null && since == SinceKind.Earliest) ? StreamStart.Earliest
            : id is not null ? StreamStart.Resumed
            : since == SinceKind.Time ? StreamStart.Time
            : StreamStart.Live;
        Assert.Equal(new StartPosition(kind, after, removalsKnownThrough, time, reset, isEventKept), start);
    }

    [Fact]
    public async Task Start_ResolvedBefore_IsWhereTheStreamStarts()
    {
        await using TestHub hub = await OpenAsync();
        var request = new SubscribeRequest { Selectors = [Selector.Exact("t")] };
        StartPosition start = hub.Engine.ResolveStart(request);
        await hub.PublishAsync("t", "between");
        var sink = new MemorySink();
        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TrySubscribe(request with { Start = start }, sink, out _));
        Assert.Equal("between", (await sink.NextAsync()).Data);
    }

    /// <summary>Events 1 to 4; the first, of a topic with a policy, is removed.</summary>
    private static async Task<TestHub> OpenAsync()
    {
        var hub = new TestHub(new EngineOptions
        {
            Policies = { new TopicPolicy { Selector = "short", MaxCount = 1 } },
            RetentionInterval = TimeSpan.FromMilliseconds(10),
        });
        await hub.PublishAllAsync(new Event { Topic = "short", Id = "urn:1", Data = "x"u8.ToArray() });
        await hub.PublishAllAsync(new Event { Topic = "short", Id = "urn:2", Data = "x"u8.ToArray() });
        await hub.PublishAllAsync(new Event { Topic = "t", Id = "urn:3", Data = "x"u8.ToArray() });
        await hub.PublishAllAsync(new Event { Topic = "t", Data = "x"u8.ToArray() });
        var removed = new SubscribeRequest { Selectors = [], Format = EventFormat.SseWithIds, LastEventId = "urn:1" };
        while (hub.Engine.ResolveStart(removed).Reset is null)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        return hub;
    }
}
