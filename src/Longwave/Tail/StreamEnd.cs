using Longwave.Hubs;

namespace Longwave.Tail;

/// <summary>How one connection of a tail ended.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Failure">In words, where something failed.</param>
internal sealed record StreamEnd(StreamEndKind Kind, HubFailure? Failure = null)
{
    /// <summary>Whether the stream had begun.</summary>
    public bool Connected { get; init; }

    /// <summary>Reconnection time that the hub asked for in this stream.</summary>
    public TimeSpan? Retry { get; init; }
}

/// <summary>Ways in which a connection ends.</summary>
internal enum StreamEndKind
{
    /// <summary>The hub ended the stream cleanly.</summary>
    Ended,

    /// <summary>The connection broke, could not be made, or nothing came for too long.</summary>
    Broken,

    /// <summary>The hub answered with something else than a stream.</summary>
    Refused,

    /// <summary>The hub said that there is nothing more to come (204).</summary>
    NothingMore,

    /// <summary>As many events as were wanted have come.</summary>
    Enough,
}
