using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Engine.Configuration;

/// <summary>Every bound of the hub, in one place: what it limits, its unit, and what happens when it is reached.</summary>
public sealed class HubLimits
{
    /// <summary>Largest data of one event, in bytes.</summary>
    [Range(1, 64 * 1024 * 1024)]
    [Description("Largest data of one event, in bytes. More is refused with 413.")]
    public int MaxEventBytes { get; set; } = 1024 * 1024;

    /// <summary>Largest publish request, in bytes: its body over HTTP, the data of its events in the engine.</summary>
    [Range(1, 256 * 1024 * 1024)]
    [Description("Largest body of one publish request, in bytes. More is refused with 413; send several requests.")]
    public int MaxRequestBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Most events in one publish request.</summary>
    [Range(1, 100_000)]
    [Description("Most events in one publish request. More are refused with 413; nothing of the request is appended.")]
    public int MaxRequestEvents { get; set; } = 10_000;

    /// <summary>Most events in one transaction of the log.</summary>
    [Range(1, 100_000)]
    [Description("Most events that one transaction (and one sync) of the log takes; what is over waits for the next. A request is never split.")]
    public int MaxCommitEvents { get; set; } = 4_096;

    /// <summary>Most bytes of data in one transaction of the log.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    [Description("Most bytes of data that one transaction of the log takes; what is over waits for the next. A request is never split.")]
    public int MaxCommitBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Most publish requests that wait for the log.</summary>
    [Range(1, 1_000_000)]
    [Description("Most publish requests that wait for the log. More are refused with 503 and Retry-After.")]
    public int MaxQueuedRequests { get; set; } = 10_000;

    /// <summary>Most bytes of data that wait for the log.</summary>
    [Range(1024, 4L * 1024 * 1024 * 1024)]
    [Description("Most bytes of data that wait for the log. More are refused with 503 and Retry-After.")]
    public long MaxQueuedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Most events in the hot tail.</summary>
    [Range(1_024, 4_194_304)]
    [Description("Most events kept encoded in memory (the hot tail). The oldest leave; readers further back read storage. One request with more events of durability `Memory` is refused with 413.")]
    public int HotTailEvents { get; set; } = 65_536;

    /// <summary>Most bytes in the hot tail.</summary>
    [Range(64 * 1024, 8L * 1024 * 1024 * 1024)]
    [Description("Most bytes kept in memory by the hot tail (data, frames, texts and objects of events). The oldest events leave; readers further back read storage. One request with more events of durability `Memory` is refused with 413.")]
    public long HotTailBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Most topics that the log knows.</summary>
    [Range(1, 10_000_000)]
    [Description("Most topics that the log knows at once, with events or within their memory. A publish to one more is refused with 507.")]
    public int MaxTopics { get; set; } = 1_000_000;

    /// <summary>Most idempotency keys remembered.</summary>
    [Range(0, 100_000_000)]
    [Description("Most idempotency keys remembered, at about 45 bytes each. The oldest are forgotten first, also before their window has passed.")]
    public int MaxIdempotencyKeys { get; set; } = 250_000;

    /// <summary>Most open streams.</summary>
    [Range(1, 1_000_000)]
    [Description("Most open streams, long polls included. More are refused with 503 and Retry-After.")]
    public int MaxConnections { get; set; } = 18_000;

    /// <summary>Most selectors of one subscription.</summary>
    [Range(1, 1_000)]
    [Description("Most `topic` selectors of one subscription. More are refused with 400.")]
    public int MaxSelectorsPerSubscription { get; set; } = 1_000;

    /// <summary>Most type filters of one subscription.</summary>
    [Range(1, 1_000)]
    [Description("Most `type` filters of one subscription. More are refused with 400.")]
    public int MaxTypesPerSubscription { get; set; } = 100;

    /// <summary>Most different patterns (not exact topics) subscribed at once.</summary>
    [Range(1, 1_000_000)]
    [Description("Most different patterns (URI templates) subscribed at once; each costs a match per new topic. More are refused with 503.")]
    public int MaxPatterns { get; set; } = 10_000;

    /// <summary>Most events of one poll answer.</summary>
    [Range(1, 100_000)]
    [Description("Most events of one poll answer. The rest comes with the next poll.")]
    public int MaxPollEvents { get; set; } = 1_000;

    /// <summary>Longest wait of a long poll, in seconds.</summary>
    [Range(0, 3_600)]
    [Description("Longest wait of a long poll, in seconds. A longer `wait` is shortened to this.")]
    public int MaxPollWaitSeconds { get; set; } = 60;

    /// <summary>Bytes of data sent to one subscriber in one write.</summary>
    [Range(1_024, 16 * 1024 * 1024)]
    [Description("Bytes of data after which a write to a subscriber ends; the next ones follow at once. A subscriber that can't take more keeps its cursor only and reads the log later.")]
    public int MaxWriteBytes { get; set; } = 64 * 1024;

    /// <summary>Events read from storage for one subscriber before others get a turn.</summary>
    [Range(1, 100_000)]
    [Description("Events read from storage for one catching-up subscriber before the next one gets its turn.")]
    public int CatchUpPageEvents { get; set; } = 512;

    /// <summary>Events that one pass over what a slow subscriber missed looks at, and so the most keys that it holds.</summary>
    [Range(16, 1_048_576)]
    [Description("Events looked at, and so most keys held, by one pass over what a subscriber missed that gets the newest per key. What is over is the next pass: a key may then arrive more than once, in order.")]
    public int ConflationPassEvents { get; set; } = 16_384;

    /// <summary>Events of the hot tail that a shard looks through for one subscriber in one turn.</summary>
    [Range(16, 65_536)]
    [Description("Events of the hot tail that a shard looks through for one subscriber that fell behind; further back it goes to the catch-up readers.")]
    public int JoinScanEvents { get; set; } = 2_048;

    /// <summary>Events on their way to the subscribers of one selector.</summary>
    [Range(1, 65_536)]
    [Description("Events that are on their way to the subscribers of one selector at most (and those that a shard routes in one turn). More wait in the hot tail until the oldest has reached everybody.")]
    public int ShardTurnEvents { get; set; } = 256;

    /// <summary>Places in the chains of what a shard has routed and not flushed.</summary>
    [Range(1_024, 16 * 1024 * 1024)]
    [Description("Pairs of an event and a selector (or a subscriber that is served by itself) that a shard gathers, at 16 bytes each. More wait in the hot tail, or are flushed earlier, in more writes.")]
    public int ShardTurnRoutes { get; set; } = 65_536;
}
