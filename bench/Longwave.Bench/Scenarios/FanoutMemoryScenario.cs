using Longwave.Bench.Charts;
using Longwave.Bench.Fanout;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>What it costs a server to open a stream and to keep it.</summary>
internal sealed class FanoutMemoryScenario : IScenario
{
    private const int Step = 3_000;
    private const int Steps = 5;
    private static readonly TimeSpan Aftermath = TimeSpan.FromMilliseconds(250);

    public string Name => "fanout-memory";

    public string Question =>
        $"Streams are opened in {Steps} steps of {Step:N0} on a server that was just started; after each step and two seconds its resident memory (VmRSS). Slope: by least squares from {Step:N0} to {Step * Steps:N0} streams. Then all are closed and as many opened again: what a stream costs once everything is compiled.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        Prerequisites.Provide(context.Tell);
        List<StreamCost> costs = [];
        foreach (Peer peer in PeerSet.Chosen(context))
        {
            costs.Add(await MeasureAsync(context, peer));
        }

        context.Show(new ResultGrid(
            "Memory and opening",
            ["server", "empty MB", .. Enumerable.Range(1, Steps).Select(step => $"{step * Step:N0} streams, MB"), "slope KB/stream", "opening CPU µs/stream", "again µs"],
            [.. costs.Select(cost => new GridRow(cost.Peer, [.. cost.ResidentKb.Select(kb => (double?)kb / 1024), cost.SlopeKb, cost.OpenCpuUs, cost.OpenAgainCpuUs]))]));
        context.Show($"{Name}.svg", StreamCostChart.Draw(costs));
        return [.. costs.SelectMany(Judge)];
    }

    private static async Task<StreamCost> MeasureAsync(BenchContext context, Peer peer)
    {
        using PeerProcess server = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        await context.WaitAsync(context.Settle);
        List<double> residentKb = [server.ResidentKb];
        List<double> openCpuUs = await OpenAsync(context, server, residentKb);
        double slope = Statistics.Slope([.. residentKb.Skip(1).Select((kb, step) => ((double)Step * (step + 1), kb))]);
        await context.WaitAsync(context.Settle);
        List<double> again = await OpenAsync(context, server, []);

        // The first step compiles what it runs; that is paid once, not for each stream.
        return new StreamCost(peer.Name, residentKb, slope, Statistics.Median(openCpuUs.Skip(1)), Statistics.Median(again));
    }

    /// <summary>Opens all streams, step by step, and closes them; returns what one cost in each step.</summary>
    private static async Task<List<double>> OpenAsync(BenchContext context, PeerProcess server, List<double> residentKb)
    {
        List<double> openCpuUs = [];
        using var swarm = new Swarm();
        for (int step = 0; step < Steps; step++)
        {
            double cpu = server.CpuUs;
            swarm.Open(server.Port, _ => server.Peer.Subscribe, Step, 0);

            // A server may still have to clear up after the greeting; what it does when idle must not count.
            await context.WaitAsync(Aftermath);
            openCpuUs.Add((server.CpuUs - cpu) / Step);
            await context.WaitAsync(context.Settle);
            residentKb.Add(server.ResidentKb);
            context.Tell($"{server.Peer.Name}, {swarm.Count:N0} streams: {server.ResidentKb / 1024:N1} MB, {openCpuUs[^1]:N1} µs to open one");
        }

        return openCpuUs;
    }

    private static IEnumerable<Figure> Judge(StreamCost cost) => cost.Peer switch
    {
        PeerNames.Longwave =>
        [
            new Figure("Longwave: memory of one more idle stream", cost.SlopeKb, "KB", new Target(AtMost: 1.1)),
            new Figure("Longwave: opening one of the first 15,000 streams", cost.OpenCpuUs, "µs CPU"),
            new Figure("Longwave: opening a stream", cost.OpenAgainCpuUs, "µs CPU", new Target(AtMost: 60)),
        ],
        PeerNames.LongwavePipe => [new Figure("PipeWriter sink: memory of one more idle stream", cost.SlopeKb, "KB", new Target(AtMost: 14))],
        _ => [],
    };
}
