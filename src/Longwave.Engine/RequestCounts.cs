using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine;

/// <summary>Counts of what happens on the threads of callers, once per request or stream.</summary>
internal sealed class RequestCounts
{
    /// <summary>Publish requests that were rejected before they were queued, by reason.</summary>
    public SharedCounters<PublishOutcome> Rejected { get; } = new();

    /// <summary>Attempts to open a stream, by outcome.</summary>
    public SharedCounters<SubscribeOutcome> Subscribes { get; } = new();

    /// <summary>Streams that were admitted and never started, by the reason of their end.</summary>
    public SharedCounters<CloseReason> Abandoned { get; } = new();
}
