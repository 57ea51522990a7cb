using Longwave.Engine.Access;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>What a subscriber asks for.</summary>
public sealed record SubscribeRequest
{
    /// <summary>The least <see cref="MaxRate"/>: one delivery in ten seconds, below any heartbeat.</summary>
    public const double LeastRate = 0.1;

    /// <summary>The highest <see cref="MaxRate"/>; timers are not much finer.</summary>
    public const double MostRate = 100;

    /// <summary>Which topics; at least one.</summary>
    public required IReadOnlyList<Selector> Selectors { get; init; }

    /// <summary>Only events of these types (<c>message</c> stands for events without a type); empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>How events are written.</summary>
    public EventFormat Format { get; init; }

    /// <summary>
    /// The client's last event id, verbatim (any garbage); null when it sent none. One that means nothing here is answered in band by
    /// <c>longwave.reset</c>, and the stream goes on as <see cref="Since"/> says.
    /// </summary>
    public string? LastEventId { get; init; }

    /// <summary>
    /// Why whatever the client came with means nothing here, when the caller knows already; told in band by <c>longwave.reset</c>. Null
    /// when it does not, or when there is nothing to tell.
    /// </summary>
    public string? Reset { get; init; }

    /// <summary>Where to begin without a usable last event id.</summary>
    public Since Since { get; init; } = Since.Live;

    /// <summary>Who holds the stream; null where nobody is asked.</summary>
    public StreamIdentity? Identity { get; init; }

    /// <summary>
    /// Most deliveries a second once the live edge is reached, each with all that came since the last one; zero for at once. Only for
    /// streams.
    /// </summary>
    public double MaxRate { get; init; }

    /// <summary>
    /// Of the events that wait for the client (replay, a held-back interval, what it was too slow for) only the newest per topic and key
    /// is sent, per topic for those without a key. Only for streams.
    /// </summary>
    public bool Conflate { get; init; }

    /// <summary>False for answers that are not a stream (a poll): no greeting, no heartbeats.</summary>
    public bool Streaming { get; init; } = true;

    /// <summary>Whatever the caller counts as taken by this stream; disposed when the stream is over, or at once when it is refused.</summary>
    public IDisposable? Place { get; init; }

    /// <summary>End with <see cref="CloseReason.Finished"/> as soon as the live edge is reached (a poll that does not wait).</summary>
    public bool EndWhenLive { get; init; }
}
