using Longwave.Engine.Configuration;

namespace Longwave.Engine.Topics;

/// <summary>What the log knows about one topic.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Tip">Offset of its newest event; 0 when it never had one.</param>
/// <param name="First">Offset of the oldest event kept; 0 when none is kept.</param>
/// <param name="Count">Events kept.</param>
/// <param name="Bytes">Bytes of data kept.</param>
/// <param name="TrimmedThrough">Offset of the newest event that retention removed; 0 when none was.</param>
/// <param name="Durability">How safely its events are kept.</param>
/// <param name="SlowConsumer">What slow subscribers get of it.</param>
/// <param name="Policy">The selector of the policy that holds, or null for the default.</param>
/// <param name="MaxAge">Bound of age; zero is none.</param>
/// <param name="MaxCount">Bound of count; zero is none.</param>
/// <param name="MaxBytes">Bound of bytes; zero is none.</param>
public sealed record TopicInfo(
    string Name,
    long Tip,
    long First,
    long Count,
    long Bytes,
    long TrimmedThrough,
    Durability Durability,
    SlowConsumer SlowConsumer,
    string? Policy,
    TimeSpan MaxAge,
    long MaxCount,
    long MaxBytes);
