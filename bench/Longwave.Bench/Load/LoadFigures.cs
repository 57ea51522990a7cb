namespace Longwave.Bench.Load;

/// <summary>What came of one round of publishing.</summary>
/// <param name="Events">Events acknowledged.</param>
/// <param name="Seconds">From the first request until the last answer.</param>
/// <param name="HubCpuUs">Time on a core that the hub used for each event, in microseconds.</param>
/// <param name="LoadCpuUs">The same of the load itself.</param>
/// <param name="LatenciesMs">Of every request, from sending it until the answer was there, in milliseconds.</param>
internal sealed record LoadFigures(long Events, double Seconds, double HubCpuUs, double LoadCpuUs, IReadOnlyList<double> LatenciesMs)
{
    public double EventsPerSecond => Events / Seconds;
}
