using Longwave.Engine.CatchUp;
using Longwave.Engine.Fanout;
using Longwave.Engine.Health;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;

namespace Longwave.Engine;

/// <summary>
/// All figures of a hub, for exporters: counters, gauges and distributions. Enums name them, so their number is fixed and no client can add one. For
/// any thread.
/// </summary>
/// <remarks>
/// A read adds up the counters of all threads without synchronizing with them: the writer, each shard and each catch-up thread adds to plain
/// memory of its own (<see cref="Counters{TLabel}"/>). Two figures are read one after the other, so they can differ by what happens in between.
/// </remarks>
public sealed class HubMetrics
{
    private readonly EventLog _log;
    private readonly CommitLoop _commits;
    private readonly Shard[] _shards;
    private readonly CatchUpReaders[] _readers;
    private readonly BackgroundLoops _loops;
    private readonly SubscriberCounts _streams;
    private readonly PatternAccount _patterns;
    private readonly RequestCounts _requests;

    internal HubMetrics(
        EventLog log,
        CommitLoop commits,
        Shard[] shards,
        CatchUpReaders[] readers,
        BackgroundLoops loops,
        SubscriberCounts streams,
        PatternAccount patterns,
        RequestCounts requests)
    {
        (_log, _commits, _shards, _readers, _loops) = (log, commits, shards, readers, loops);
        (_streams, _patterns, _requests) = (streams, patterns, requests);
    }

    /// <summary>Value of a counter since the start of the hub.</summary>
    public long Read(HubCounter counter) => counter switch
    {
        HubCounter.DamagedRanges => _log.Damage.Found,
        HubCounter.ClockJumps => _commits.ClockJumps,
        _ => _log.Counters.Read(counter) + _shards.Sum(shard => shard.Counters.Read(counter)) + _readers.Sum(readers => readers.Counters.Sum(counters => counters.Read(counter))),
    };

    /// <summary>Current value of a gauge.</summary>
    public long Read(HubGauge gauge) => gauge switch
    {
        HubGauge.OpenStreams => _streams.Open,
        HubGauge.Patterns => _patterns.Count,
        HubGauge.PatternCost => _patterns.Cost,
        HubGauge.QueuedRequests => _commits.Queued.Requests,
        HubGauge.QueuedBytes => _commits.Queued.Bytes,
        HubGauge.HotTailEvents => _log.Tail.Count,
        HubGauge.HotTailBytes => _log.Tail.Bytes,
        HubGauge.UnroutedEvents => _shards.Max(static shard => shard.UnroutedEvents),
        HubGauge.Topics => _log.Topics.Count,
        HubGauge.IdempotencyKeys => _log.Keys.Count,
        HubGauge.PublisherIds => _log.PublisherIds.Count,
        HubGauge.PendingRenewals => _shards.Sum(static shard => shard.Inbox.Renewals.Pending),
        HubGauge.FailedLoops => _loops.Failed.Count,
        _ => throw new ArgumentOutOfRangeException(nameof(gauge)),
    };

    /// <summary>
    /// Distribution of a quantity since the start of the hub. Element 0 counts zeros, and element <c>i</c> counts values from 2^(i-1) to 2^i - 1.
    /// </summary>
    public IReadOnlyList<long> Read(HubHistogram histogram)
    {
        IReadOnlyList<Histogram> parts = histogram switch
        {
            HubHistogram.CatchUpLag => [.. _readers.SelectMany(static readers => readers.Lags)],
            HubHistogram.BatchEvents => [_commits.BatchEvents],
            HubHistogram.BatchMicroseconds => [_commits.BatchMicroseconds],
            _ => throw new ArgumentOutOfRangeException(nameof(histogram)),
        };
        long[] buckets = new long[Histogram.Buckets];
        foreach (Histogram part in parts)
        {
            part.AddTo(buckets);
        }

        return buckets;
    }

    /// <summary>Number of publish requests with an outcome, since the start of the hub. A request that rejects an event counts for each such event.</summary>
    public long Publishes(PublishOutcome outcome) => _commits.Answered.Read(outcome) + _requests.Rejected.Read(outcome);

    /// <summary>Number of attempts to open a stream with an outcome, since the start of the hub.</summary>
    public long Subscribes(SubscribeOutcome outcome) => _requests.Subscribes.Read(outcome);

    /// <summary>Number of streams that began at a kind of start, since the start of the hub.</summary>
    public long Started(StreamStart start) => _shards.Sum(shard => shard.Started.Read(start));

    /// <summary>Number of streams that ended for a reason, since the start of the hub.</summary>
    public long Closed(CloseReason reason) => _requests.Abandoned.Read(reason) + _shards.Sum(shard => shard.Closed.Read(reason));

    /// <summary>Current number of open streams in a state. Streams that have ended are not counted in any state.</summary>
    public long Streams(SubscriberState state) => state switch
    {
        SubscriberState.Opening => Math.Max(0, _streams.Open - Added().Sum(InState)),
        SubscriberState.Closed => 0,
        _ => InState(state),
    };

    /// <summary>States of a stream that its shard has added.</summary>
    private static IEnumerable<SubscriberState> Added() =>
        [SubscriberState.Waiting, SubscriberState.Queued, SubscriberState.CatchingUp, SubscriberState.Live];

    private long InState(SubscriberState state) => Math.Max(0, _shards.Sum(shard => shard.Inbox.States.Read(state)));
}
