using System.Net.Sockets;
using Longwave.Bench.Fanout;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>Clients that subscribe and never read.</summary>
internal sealed class SilentScenario : IScenario
{
    private const int Healthy = 10;
    private const int DataBytes = 1_000;

    /// <summary>What the kernel of a client keeps that does not read; small, so that the hub soon has nowhere to write to.</summary>
    private const int ReceiveBufferBytes = 4_096;

    private static readonly Workload Megabyte = new("1 MB/s", 0, 1_000_000.0 / DataBytes);

    public string Name => "fanout-silent";

    public string Question =>
        $"A topic of 1 MB/s (events of 1 KB) with {Healthy} clients that read; then 10,000 more subscribe and never read a byte. How much the hub's resident memory grows, and what the others notice. The hot tail was full before, so that it does not count.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        List<Figure> figures = [];
        foreach (Peer peer in PeerList.Hubs(context.Park))
        {
            figures.AddRange(await MeasureAsync(context, peer));
        }

        return figures;
    }

    private static async Task<IEnumerable<Figure>> MeasureAsync(BenchContext context, Peer peer)
    {
        int silent = context.Quick ? 1_000 : 10_000;
        TimeSpan time = TimeSpan.FromSeconds(context.Quick ? 2 : 20);
        using PeerProcess hub = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        using var healthy = new Swarm();
        healthy.Open(hub.Port, _ => peer.Subscribe, Healthy, 0);
        CellFigures Run(TimeSpan length) => FanoutLoad.Run(hub, healthy, Megabyte, DataBytes, length);
        Run(time);
        CellFigures baseline = Run(time);
        double beforeKb = hub.ResidentKb;
        await using var peak = new MemoryPeak(hub);
        List<Socket> sockets = [];
        try
        {
            for (int i = 0; i < silent; i++)
            {
                sockets.Add(Swarm.Request(hub.Port, peer.Subscribe, lastEventId: null, ReceiveBufferBytes));
            }

            CellFigures filling = Run(time / 2);
            CellFigures beside = Run(time);
            context.Tell($"{peer.Name}: p99 {baseline.P99Ms:N2} ms, {filling.P99Ms:N2} ms, {beside.P99Ms:N2} ms; {beforeKb / 1024:N0} MB, at most {peak.Kb / 1024:N0} MB");
            return
            [
                new Figure($"{peer.Name}: memory grew at most by", (peak.Kb - beforeKb) / 1024, "MB", context.Park && peer.Name == PeerNames.LongwavePipe ? null : new Target(AtMost: 40)),
                new Figure($"{peer.Name}: p99 of those that read, before", baseline.P99Ms, "ms"),
                new Figure($"{peer.Name}: p99 while the buffers of the silent ones fill", filling.P99Ms, "ms"),
                new Figure($"{peer.Name}: p99 beside full buffers", beside.P99Ms, "ms"),
                new Figure($"{peer.Name}: p99 beside full buffers ÷ before", beside.P99Ms / baseline.P99Ms, "×", new Target(AtMost: 2)),
                new Figure($"{peer.Name}: hub CPU beside full buffers", beside.CpuUs * beside.DeliveriesPerSecond / 1e4, "% of a core"),
            ];
        }
        finally
        {
            sockets.ForEach(Swarm.Cut);
        }
    }
}
