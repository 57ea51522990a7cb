using Longwave.Engine.Configuration;

namespace Longwave.Engine.Topics;

/// <summary>Figures and policy of one topic.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Tip">Offset of the newest event; 0 if there never was one.</param>
/// <param name="First">Offset of the oldest event kept; 0 if there is none.</param>
/// <param name="Count">Number of events kept.</param>
/// <param name="Bytes">Size of the data kept, in bytes.</param>
/// <param name="TrimmedThrough">Offset of the newest event that retention removed; 0 if there is none.</param>
/// <param name="Durability">Where the events are kept.</param>
/// <param name="SlowConsumer">Handling of slow subscribers.</param>
/// <param name="Policy">Selector of the policy that applies; null for the default.</param>
/// <param name="MaxAge">Maximum age of events; zero is unlimited.</param>
/// <param name="MaxCount">Maximum number of events; zero is unlimited.</param>
/// <param name="MaxBytes">Maximum size of the data, in bytes; zero is unlimited.</param>
/// <param name="IsComplete">Whether the topic is complete: it accepts no further event.</param>
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
    long MaxBytes,
    bool IsComplete);
