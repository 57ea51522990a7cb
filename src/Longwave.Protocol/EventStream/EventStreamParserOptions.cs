using Longwave.Protocol.Events;

namespace Longwave.Protocol.EventStream;

/// <summary>Limits of an <see cref="EventStreamParser"/>.</summary>
public sealed record EventStreamParserOptions
{
    /// <summary>
    /// Maximum bytes that the parser buffers for one event: its data so far and the current line. The default, 8 MiB, is sufficient for every event of a hub
    /// with default limits, in every format (<see cref="EventSizes"/>).
    /// </summary>
    public int MaxEventBytes { get; init; } = EventSizes.MaxFrameBytes(EventSizes.DefaultMaxDataBytes, isJson: true);
}
