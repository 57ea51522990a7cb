using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Configuration;

/// <summary>All limits of the hub: what each limits, its unit, and what happens when it is reached.</summary>
public sealed class HubLimits
{
    /// <summary>Maximum size of the data of one event, in bytes.</summary>
    [Range(1, 64 * 1024 * 1024)]
    [Description("Maximum size of the data of one event, in bytes. The hub rejects a larger event with 413.")]
    public int MaxEventBytes { get; set; } = EventSizes.DefaultMaxDataBytes;

    /// <summary>Maximum size of a publish request, in bytes: the body in HTTP, the data of all events in the engine.</summary>
    [Range(1, 256 * 1024 * 1024)]
    [Description("Maximum size of the body of one publish request, in bytes. The hub rejects a larger request with 413; send several requests.")]
    public int MaxRequestBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Maximum number of events in one publish request.</summary>
    [Range(1, 100_000)]
    [Description("Maximum number of events in one publish request. The hub rejects a request with more events with 413 and appends none of them.")]
    public int MaxRequestEvents { get; set; } = 10_000;

    /// <summary>Maximum number of events in one transaction of the log.</summary>
    [Range(1, 100_000)]
    [Description("Maximum number of events in one transaction (and sync) of the log. Further requests wait for the next transaction. A request is never split.")]
    public int MaxCommitEvents { get; set; } = 4_096;

    /// <summary>Maximum size of the data in one transaction of the log, in bytes.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    [Description("Maximum size of the data in one transaction of the log, in bytes. Further requests wait for the next transaction. A request is never split.")]
    public int MaxCommitBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Maximum number of publish requests in the queue for the log.</summary>
    [Range(1, 1_000_000)]
    [Description("Maximum number of publish requests in the queue for the log. The hub rejects more with 503 and Retry-After.")]
    public int MaxQueuedRequests { get; set; } = 10_000;

    /// <summary>Maximum size of the data in the queue for the log, in bytes.</summary>
    [Range(1024, 4L * 1024 * 1024 * 1024)]
    [Description("Maximum size of the data in the queue for the log, in bytes. The hub rejects more with 503 and Retry-After.")]
    public long MaxQueuedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Maximum number of events in the hot tail.</summary>
    [Range(1_024, 4_194_304)]
    [Description("Maximum number of events kept encoded in memory (the hot tail). The oldest are evicted; readers of older events read storage. The hub rejects a request with more events of durability `Memory` with 413.")]
    public int HotTailEvents { get; set; } = 65_536;

    /// <summary>Maximum size of the hot tail, in bytes.</summary>
    [Range(64 * 1024, 8L * 1024 * 1024 * 1024)]
    [Description("Maximum size of the hot tail in memory, in bytes (data, frames, texts and objects of events). The oldest events are evicted; readers of older events read storage. The hub rejects a request with more events of durability `Memory` with 413.")]
    public long HotTailBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Maximum number of topics that the log knows.</summary>
    [Range(1, 10_000_000)]
    [Description("Maximum number of topics that the log knows at once: topics with events, and empty ones that it still remembers. The hub rejects a publish to another topic with 507.")]
    public int MaxTopics { get; set; } = 1_000_000;

    /// <summary>Maximum number of idempotency keys that the hub remembers.</summary>
    [Range(0, 100_000_000)]
    [Description("Maximum number of idempotency keys that the hub remembers, at about 45 bytes each. Beyond it the hub forgets the oldest first, even within their window.")]
    public int MaxIdempotencyKeys { get; set; } = 250_000;

    /// <summary>Maximum number of open streams.</summary>
    [Range(1, 1_000_000)]
    [Description("Maximum number of open streams, including long polls. The hub rejects more with 503 and Retry-After.")]
    public int MaxConnections { get; set; } = 18_000;

    /// <summary>Maximum number of selectors in one subscription.</summary>
    [Range(1, 1_000)]
    [Description("Maximum number of `topic` selectors in one subscription. The hub rejects more with 400.")]
    public int MaxSelectorsPerSubscription { get; set; } = 1_000;

    /// <summary>Maximum number of type filters in one subscription.</summary>
    [Range(1, 1_000)]
    [Description("Maximum number of `type` filters in one subscription. The hub rejects more with 400.")]
    public int MaxTypesPerSubscription { get; set; } = 100;

    /// <summary>Maximum number of different patterns (not exact topics) subscribed at once.</summary>
    [Range(1, 1_000_000)]
    [Description("Maximum number of different patterns (globs, URI templates and URL patterns) subscribed at once. A new topic meets those whose literal prefix it begins with. The hub rejects more with 503.")]
    public int MaxPatterns { get; set; } = 10_000;

    /// <summary>Maximum number of patterns that one topic can meet on a delivery thread.</summary>
    [Range(1, 100_000)]
    [Description("Maximum number of patterns that one new topic can meet on a delivery thread, because its prefix fits. A subscription with patterns beyond it is served by a separate thread, which does not delay other subscribers.")]
    public int MaxInlinePatterns { get; set; } = 128;

    /// <summary>Maximum cost of the patterns of one subscription.</summary>
    [Range(1_024, 1_073_741_824)]
    [Description("Maximum cost of the patterns of one subscription, and likewise of the grants of its caller: the transitions of their automata (2 bytes each) and the work to compile them. `prices/{symbol}` costs about 150. The hub rejects more with 400.")]
    public long MaxSubscriptionCost { get; set; } = 1_048_576;

    /// <summary>Maximum cost of the patterns of all streams of one client.</summary>
    [Range(1_024, 1_073_741_824)]
    [Description("Maximum cost of the patterns of all streams of one client (subject of a token, or address), including those of grants. The hub rejects more with 429.")]
    public long MaxClientCost { get; set; } = 4_194_304;

    /// <summary>Maximum cost of all different patterns in use.</summary>
    [Range(1_024, 17_179_869_184)]
    [Description("Maximum cost of all different patterns of subscriptions and grants in use: equal patterns count once. The default is about 32 MB. The hub rejects more with 503.")]
    public long MaxPatternCost { get; set; } = 16_777_216;

    /// <summary>Maximum number of events in one poll response.</summary>
    [Range(1, 100_000)]
    [Description("Maximum number of events in one poll response. The next poll returns the following events.")]
    public int MaxPollEvents { get; set; } = 1_000;

    /// <summary>Maximum wait of a long poll, in seconds.</summary>
    [Range(0, 3_600)]
    [Description("Maximum wait of a long poll, in seconds. A longer `wait` is shortened to this.")]
    public int MaxPollWaitSeconds { get; set; } = 60;

    /// <summary>Size of the data in one write to a subscriber, in bytes.</summary>
    [Range(1_024, 16 * 1024 * 1024)]
    [Description("Size of the data after which one write to a subscriber ends, in bytes; the next write follows at once. If the socket is full, the hub keeps only the position of the subscriber and reads the log later.")]
    public int MaxWriteBytes { get; set; } = 64 * 1024;

    /// <summary>Number of events that a catch-up thread reads for one subscriber before the next subscriber.</summary>
    [Range(1, 100_000)]
    [Description("Maximum number of events that a catch-up thread reads from storage for one subscriber before it serves the next one.")]
    public int CatchUpPageEvents { get; set; } = 512;

    /// <summary>Maximum number of topics for which a catch-up thread searches the log for one subscriber.</summary>
    [Range(1_000, 1_048_576)]
    [Description("Maximum number of topics for which a catch-up thread searches the log for one subscriber; a subscriber that catches up needs about 40 bytes for each. If its patterns match more topics, the thread reads every event instead and matches its topics.")]
    public int CatchUpTopics { get; set; } = 1_024;

    /// <summary>Maximum number of last events with which a stream can start.</summary>
    [Range(1, 1_000_000)]
    [Description("Maximum N of `since=last:N`, the number of newest events with which a stream starts.")]
    public int MaxLastEvents { get; set; } = 10_000;

    /// <summary>Maximum number of missed events that one pass of conflation examines, and so of keys that it holds.</summary>
    [Range(16, 1_048_576)]
    [Description("Maximum number of missed events (and so of keys) that one pass of conflation examines for a subscriber. A later pass examines the rest, so a key can arrive more than once, in order.")]
    public int ConflationPassEvents { get; set; } = 16_384;

    /// <summary>Maximum number of events of the hot tail that a shard examines for one subscriber in one turn.</summary>
    [Range(16, 65_536)]
    [Description("Maximum number of events of the hot tail that a shard examines for one subscriber that lags. If the subscriber lags further, a catch-up thread serves it.")]
    public int JoinScanEvents { get; set; } = 2_048;

    /// <summary>Maximum number of undelivered events of one selector, and of events that a shard routes in one turn.</summary>
    [Range(1, 65_536)]
    [Description("Maximum number of events being delivered to the subscribers of one selector, and of events that a shard routes in one turn. Later events wait in the hot tail until every ready subscriber has received the oldest one.")]
    public int ShardTurnEvents { get; set; } = 256;

    /// <summary>Maximum number of routed pairs of event and recipient that a shard holds before it sends.</summary>
    [Range(1_024, 16 * 1024 * 1024)]
    [Description("Maximum number of pairs of an event and a selector (or an individually served subscriber) that a shard collects before it sends, at 16 bytes each. Later events wait in the hot tail or are sent in further writes.")]
    public int ShardTurnRoutes { get; set; } = 65_536;
}
