using Longwave.Bench.Fanout;

namespace Longwave.Bench.Charts;

/// <summary>What streams cost, server beside server.</summary>
internal static class StreamCostChart
{
    private const int Width = 760;

    public static string Draw(IReadOnlyList<StreamCost> costs)
    {
        var page = new SvgPage(Width, "What an idle stream costs the server", "15,000 streams opened in five steps on a server just started. The kernel's memory for sockets is not counted.");
        return BarPanel.Draw(page,
        [
            new BarPanel("Memory of one more stream", "KB, less is better", [.. costs.Select(cost => (cost.Peer, Math.Max(0, cost.SlopeKb)))]),
            new BarPanel("Resident memory with 15,000 streams", "MB, less is better", [.. costs.Select(cost => (cost.Peer, cost.ResidentKb[^1] / 1024))]),
            new BarPanel("Server CPU to open a stream, once all was compiled", "µs, less is better", [.. costs.Select(cost => (cost.Peer, cost.OpenAgainCpuUs))]),
        ]);
    }
}
