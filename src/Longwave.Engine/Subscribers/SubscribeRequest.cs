using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>What a subscriber asks for.</summary>
public sealed record SubscribeRequest
{
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

    /// <summary>Where to begin without a usable last event id.</summary>
    public Since Since { get; init; } = Since.Live;

    /// <summary>False for answers that are not a stream (a poll): no greeting, no heartbeats.</summary>
    public bool Streaming { get; init; } = true;

    /// <summary>Whatever the caller counts as taken by this stream; disposed when the stream is over, or at once when it is refused.</summary>
    public IDisposable? Place { get; init; }

    /// <summary>End with <see cref="CloseReason.Finished"/> as soon as the live edge is reached (a poll that does not wait).</summary>
    public bool EndWhenLive { get; init; }
}
