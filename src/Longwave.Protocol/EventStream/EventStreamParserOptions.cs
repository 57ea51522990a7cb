namespace Longwave.Protocol.EventStream;

/// <summary>Limits of an <see cref="EventStreamParser"/>.</summary>
public sealed record EventStreamParserOptions
{
    /// <summary>
    /// Most bytes that one event may make the parser keep: its data so far and the line being read. Default 4 MiB, four times
    /// the largest event that a hub takes by default.
    /// </summary>
    public int MaxEventBytes { get; init; } = 4 * 1024 * 1024;
}
