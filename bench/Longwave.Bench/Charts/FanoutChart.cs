using Longwave.Bench.Fanout;

namespace Longwave.Bench.Charts;

/// <summary>The servers of a comparison beside each other.</summary>
internal static class FanoutChart
{
    private const int Width = 760;

    public static string Draw(FanoutCells cells, int bytes)
    {
        var page = new SvgPage(
            Width,
            $"One event to {cells.Subscribers:N0} streams",
            $"{bytes}-byte events over loopback TCP; one core for the server, another for the load. Dashed: send() alone.");
        BarPanel Panel(string title, string unit, Workload workload, Func<CellFigures, double> figure) => new(
            title,
            unit,
            [.. cells.Peers.Select(peer => (peer, cells.Median(peer, workload, bytes, figure))).Where(bar => bar.Item2 is not null).Select(bar => (bar.peer, bar.Item2!.Value))]);
        return BarPanel.Draw(page,
        [
            Panel("Server CPU per delivery, lockstep", "µs, less is better", Workload.Lockstep, figures => figures.CpuUs),
            Panel("From publish to socket, 99th percentile, lockstep", "ms, less is better", Workload.Lockstep, figures => figures.P99Ms),
            Panel("Deliveries with 8 events in flight", "per second, more is better", Workload.EightInFlight, figures => figures.DeliveriesPerSecond),
            Panel("Deliveries with 64 events in flight", "per second, more is better", Workload.Many, figures => figures.DeliveriesPerSecond),
        ]);
    }
}
