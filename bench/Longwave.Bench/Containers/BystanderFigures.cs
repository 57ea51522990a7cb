namespace Longwave.Bench.Containers;

/// <summary>What a bystander noticed.</summary>
/// <param name="Accepted">Publishes that the hub accepted.</param>
/// <param name="Rejected">Publishes that the hub rejected with 503 or 429 and <c>Retry-After</c>.</param>
/// <param name="Untold">Publishes with any other end.</param>
/// <param name="Lost">Accepted events that the stream did not receive.</param>
/// <param name="LatenciesMs">Times from sending an event until the stream had it.</param>
internal sealed record BystanderFigures(int Accepted, int Rejected, int Untold, int Lost, IReadOnlyList<double> LatenciesMs)
{
    /// <summary>The time that 99 % do not exceed; not a number if no event was accepted.</summary>
    public double P99Ms => LatenciesMs.Count == 0 ? double.NaN : LatenciesMs.Order().ElementAt((int)Math.Ceiling(LatenciesMs.Count * 0.99) - 1);
}
