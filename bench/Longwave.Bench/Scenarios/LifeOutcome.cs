namespace Longwave.Bench.Scenarios;

/// <summary>What a <see cref="LifeProcess"/> reports.</summary>
/// <param name="Ended">Lives that ended as they must.</param>
/// <param name="Failed">Lives in which the hub did something else.</param>
/// <param name="Seconds">Time that the lives took.</param>
/// <param name="Failures">The first failures.</param>
internal sealed record LifeOutcome(int Ended, int Failed, double Seconds, IReadOnlyList<string> Failures);
