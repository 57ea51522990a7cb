using Longwave.Bench.Results;

namespace Longwave.Bench.Fanout;

/// <summary>Every cell of a comparison with its rounds.</summary>
/// <param name="subscribers">Streams of each server.</param>
/// <param name="rounds">What was measured.</param>
internal sealed class FanoutCells(int subscribers, IReadOnlyDictionary<FanoutCell, List<CellFigures>> rounds)
{
    /// <summary>The column of the server's CPU per delivery.</summary>
    public const string CpuColumn = "CPU µs";

    private static readonly string[] Columns = ["server", "deliveries/s", CpuColumn, "p50 ms", "p99 ms", "p99.9 ms", "load µs"];

    public int Subscribers => subscribers;

    /// <summary>Servers in the order of measuring.</summary>
    public IReadOnlyList<string> Peers => [.. rounds.Keys.Select(cell => cell.Peer).Distinct()];

    /// <summary>The median of the rounds; null when the server did not take part.</summary>
    public double? Median(string peer, Workload workload, int bytes, Func<CellFigures, double> figure) =>
        rounds.TryGetValue(new FanoutCell(peer, workload, bytes), out List<CellFigures>? list) ? Statistics.Median(list.Select(figure)) : null;

    /// <summary>The median of the ratios of the rounds, each of which has both servers.</summary>
    public double? Ratio(Workload workload, int bytes, Func<CellFigures, double> figure, string peer, string to)
    {
        List<CellFigures>? above = rounds.GetValueOrDefault(new FanoutCell(peer, workload, bytes));
        List<CellFigures>? below = rounds.GetValueOrDefault(new FanoutCell(to, workload, bytes));
        return above is null || below is null ? null : Statistics.Median(above.Zip(below, (one, other) => figure(one) / figure(other)));
    }

    /// <summary>What the grid of a workload is called.</summary>
    public static string GridTitle(int subscribers, int bytes, string workload) => $"{subscribers:N0} streams, {bytes:N0} bytes, {workload}";

    /// <summary>Every server under one workload.</summary>
    public ResultGrid Grid(Workload workload, int bytes) => new(
        GridTitle(subscribers, bytes, workload.Name),
        Columns,
        [.. Peers.Select(peer => new GridRow(peer,
        [
            Median(peer, workload, bytes, figures => figures.DeliveriesPerSecond),
            Median(peer, workload, bytes, figures => figures.CpuUs),
            Median(peer, workload, bytes, figures => figures.P50Ms),
            Median(peer, workload, bytes, figures => figures.P99Ms),
            Median(peer, workload, bytes, figures => figures.P999Ms),
            Median(peer, workload, bytes, figures => figures.LoadCpuUs),
        ]))]);
}
