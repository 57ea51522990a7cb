namespace Longwave.Bench.Fanout;

/// <summary>What one workload did with one server.</summary>
/// <param name="DeliveriesPerSecond">From the first publish until the last delivery.</param>
/// <param name="CpuUs">Time on a core that the server used for each delivery, publishing included, in microseconds.</param>
/// <param name="P50Ms">Median time from sending an event until a stream had it, in milliseconds.</param>
/// <param name="P99Ms">The 99th percentile of the same.</param>
/// <param name="P999Ms">The 99.9th percentile of the same.</param>
/// <param name="LoadCpuUs">Time on a core that the load used for each delivery, in microseconds.</param>
internal sealed record CellFigures(double DeliveriesPerSecond, double CpuUs, double P50Ms, double P99Ms, double P999Ms, double LoadCpuUs);
