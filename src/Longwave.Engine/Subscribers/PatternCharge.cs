using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>What a stream pays for its patterns, or for the patterns of its grants. Immutable.</summary>
/// <param name="Patterns">The different patterns.</param>
/// <param name="IsGranted">Whether the patterns are those of grants, which no new topic meets by itself.</param>
/// <param name="Cost">Sum of the costs of the patterns.</param>
/// <param name="Client">Client that pays; null for a client without a limit.</param>
/// <param name="IsInline">Whether the delivery threads match the patterns.</param>
internal sealed record PatternCharge(IReadOnlyList<Selector> Patterns, bool IsGranted, long Cost, object? Client, bool IsInline);
