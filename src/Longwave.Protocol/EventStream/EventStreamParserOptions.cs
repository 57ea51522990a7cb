namespace Longwave.Protocol.EventStream;

/// <summary>Limits of an <see cref="EventStreamParser"/>.</summary>
public sealed record EventStreamParserOptions
{
    /// <summary>
    /// Maximum bytes that the parser buffers for one event: its data so far and the current line. Default 4 MiB, four times
    /// the default maximum of a hub.
    /// </summary>
    public int MaxEventBytes { get; init; } = 4 * 1024 * 1024;
}
