using Longwave.Engine.Access;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>Parameters of a subscription.</summary>
public sealed record SubscribeRequest
{
    /// <summary>Lowest <see cref="MaxRate"/>: one delivery in ten seconds.</summary>
    public const double LeastRate = 0.1;

    /// <summary>Highest <see cref="MaxRate"/>, in deliveries per second; timers have hardly a finer resolution.</summary>
    public const double MostRate = 100;

    /// <summary>Selectors of the topics; one or more.</summary>
    public required IReadOnlyList<Selector> Selectors { get; init; }

    /// <summary>Event types (<c>message</c> is the type of events without one); empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Format of the events.</summary>
    public EventFormat Format { get; init; }

    /// <summary>
    /// Last event id of the client, unvalidated; null if the client sent none. If it does not belong to this log, the stream begins with
    /// <c>longwave.reset</c> and starts as <see cref="Since"/> specifies.
    /// </summary>
    public string? LastEventId { get; init; }

    /// <summary>Start of the stream if there is no usable last event id.</summary>
    public Since Since { get; init; } = Since.Live;

    /// <summary>Start that was resolved before the stream began (<see cref="HubEngine.ResolveStart"/>); null to resolve it when the stream begins.</summary>
    public StartPosition? Start { get; init; }

    /// <summary>Identity that the stream belongs to; null if the hub requires no authentication.</summary>
    public StreamIdentity? Identity { get; init; }

    /// <summary>
    /// Client that pays for the patterns of the subscription, within <see cref="Configuration.HubLimits.MaxClientCost"/>: any object that is equal for equal
    /// clients. Null for a client without a limit.
    /// </summary>
    public object? Client { get; init; }

    /// <summary>Cost of the patterns of the subscription (<see cref="Selector.Cost"/>).</summary>
    public long PatternCost => Selectors.Sum(static selector => (long)selector.Cost);

    /// <summary>
    /// Maximum rate in deliveries per second after the live edge is reached; each delivery contains all events since the previous one. Zero delivers
    /// at once. Only for streams.
    /// </summary>
    public double MaxRate { get; init; }

    /// <summary>
    /// Whether to conflate waiting events (replay, a paced interval, missed events): only the newest per topic and key is sent, per topic for events
    /// without a key. Only for streams.
    /// </summary>
    public bool Conflate { get; init; }

    /// <summary>Whether the response is a stream. A poll is not: it has no greeting and no heartbeats.</summary>
    public bool Streaming { get; init; } = true;

    /// <summary>
    /// Whether a stream that starts at the live edge begins with <c>longwave.start</c>, whose id is its start position. <c>EventSource</c> needs it,
    /// because it reads no comments: before its first event, it would otherwise have no position to resume from.
    /// </summary>
    public bool NeedsStartEvent { get; init; }

    /// <summary>Admission lease of the stream, disposed when the stream ends, or at once if it is rejected.</summary>
    public IDisposable? Lease { get; init; }

    /// <summary>Whether to end with <see cref="CloseReason.Finished"/> at the live edge (a poll that does not wait).</summary>
    public bool EndWhenLive { get; init; }
}
