using System.Diagnostics;
using Longwave.Bench.Fanout;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>What it costs to keep streams on which nothing happens but heartbeats.</summary>
internal sealed class IdleStreamsScenario : IScenario
{
    public string Name => "fanout-idle";

    public string Question => "15,000 streams that get nothing but the heartbeat every 15 seconds: CPU of the hub over 75 seconds.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        int streams = context.Quick ? 1_000 : 15_000;

        // Five heartbeats; a quick run has to see one too.
        TimeSpan time = TimeSpan.FromSeconds(context.Quick ? 16 : 75);
        List<Figure> figures = [];
        foreach (Peer peer in PeerList.Hubs(context.Park))
        {
            using PeerProcess hub = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
            await context.WaitAsync(context.Settle);
            double empty = await RestAsync(context, hub);
            using var swarm = new Swarm();
            swarm.Open(hub.Port, _ => peer.Subscribe, streams, 0);
            await context.WaitAsync(context.Settle);
            swarm.Turn(TimeSpan.Zero);
            (double cpu, long bytes, long start) = (hub.CpuUs, swarm.BytesRead, Stopwatch.GetTimestamp());
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                swarm.Turn(TimeSpan.FromMilliseconds(100));
            }

            double percent = (hub.CpuUs - cpu) / Stopwatch.GetElapsedTime(start).TotalMicroseconds * 100;
            context.Tell($"{peer.Name}: {percent:N2} % of a core, {(swarm.BytesRead - bytes) / (double)streams:N0} bytes to each");
            if (swarm.BytesRead - bytes < streams)
            {
                throw new BenchFailedException("No heartbeats came.");
            }

            figures.Add(new Figure($"{peer.Name}: {streams:N0} idle streams", percent, "% of a core", peer.Name == PeerNames.Longwave ? new Target(AtMost: 2) : null));
            figures.Add(new Figure($"{peer.Name}: without streams", empty, "% of a core"));
        }

        return figures;
    }

    private static async Task<double> RestAsync(BenchContext context, PeerProcess hub)
    {
        TimeSpan rest = TimeSpan.FromSeconds(context.Quick ? 2 : 20);
        double cpu = hub.CpuUs;
        await context.WaitAsync(rest);
        return (hub.CpuUs - cpu) / rest.TotalMicroseconds * 100;
    }
}
