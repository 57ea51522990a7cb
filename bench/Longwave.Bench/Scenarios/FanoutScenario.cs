using Longwave.Bench.Charts;
using Longwave.Bench.Fanout;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>One topic with very many subscribers, through the hub and its peers in turns.</summary>
/// <param name="subscribers">How many.</param>
internal sealed class FanoutScenario(int subscribers) : IScenario
{
    public const int SmallBytes = 100;

    /// <summary>The size that the targets are for.</summary>
    public const int JudgedSubscribers = 5_000;

    private const int LargeBytes = 1_000;

    private readonly Workload[] _workloads = [Workload.Lockstep, Workload.EightInFlight, Workload.Many, Workload.Paced(subscribers)];

    /// <summary>The numbers of subscribers that are measured.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [1_000, JudgedSubscribers, 15_000];

    public string Name => NameOf(subscribers);

    public string Question =>
        $"Events of {SmallBytes} bytes and of 1 KB to {subscribers:N0} streams of one topic: each server in turns alone on one core, the load on another. Lockstep: an event is published when every stream has the one before.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        Prerequisites.Provide(context.Tell);
        using var servers = await PeerSet.StartAsync(context);
        foreach (PeerProcess server in servers.All)
        {
            WarmUp(context, server);
        }

        var rounds = new Dictionary<FanoutCell, List<CellFigures>>();
        for (int round = 0; round < context.FewRounds; round++)
        {
            foreach (PeerProcess server in servers.All)
            {
                Measure(context, server, rounds);
            }
        }

        var cells = new FanoutCells(subscribers, rounds);
        foreach (int bytes in (int[])[SmallBytes, LargeBytes])
        {
            foreach (Workload workload in _workloads)
            {
                context.Show(cells.Grid(workload, bytes));
            }
        }

        context.Show($"{Name}.svg", FanoutChart.Draw(cells, SmallBytes));
        return Judge(cells);
    }

    public static string NameOf(int subscribers) => $"fanout-{subscribers / 1_000}k";

    private static void WarmUp(BenchContext context, PeerProcess server)
    {
        const int WarmUpStreams = 500;
        using var swarm = new Swarm();
        swarm.Open(server.Port, _ => server.Peer.Subscribe, WarmUpStreams, 0);
        foreach (Workload workload in (Workload[])[Workload.EightInFlight, Workload.Lockstep])
        {
            FanoutLoad.Run(server, swarm, workload, SmallBytes, context.WarmUp / 2);
        }
    }

    private void Measure(BenchContext context, PeerProcess server, Dictionary<FanoutCell, List<CellFigures>> rounds)
    {
        using var swarm = new Swarm();
        swarm.Open(server.Port, _ => server.Peer.Subscribe, subscribers, 0);
        FanoutLoad.Settle(server, swarm);
        foreach (int bytes in (int[])[SmallBytes, LargeBytes])
        {
            foreach (Workload workload in _workloads)
            {
                TimeSpan time = workload.InFlight > 0 ? context.Round / 4 : context.Round / 2;
                CellFigures figures = FanoutLoad.Run(server, swarm, workload, bytes, time);
                var cell = new FanoutCell(server.Peer.Name, workload, bytes);
                (rounds.TryGetValue(cell, out List<CellFigures>? list) ? list : rounds[cell] = []).Add(figures);
                context.Tell($"{server.Peer.Name}, {bytes} bytes, {workload.Name}: {figures.DeliveriesPerSecond:N0}/s, {figures.CpuUs:N2} µs, p99 {figures.P99Ms:N1} ms, load {figures.LoadCpuUs:N2} µs");
            }
        }
    }

    private IReadOnlyList<Figure> Judge(FanoutCells cells)
    {
        bool judged = subscribers == JudgedSubscribers;
        Target? Only(Target target) => judged ? target : null;
        List<Figure> figures = [];
        void Compare(string what, Workload workload, Func<CellFigures, double> figure, string peer, Target target)
        {
            if (cells.Ratio(workload, SmallBytes, figure, PeerNames.Longwave, peer) is { } ratio)
            {
                figures.Add(new Figure($"{workload.Name}: {what} ÷ {peer}'s", ratio, "×", Only(target)));
            }
        }

        Compare("CPU per delivery", Workload.Lockstep, figures => figures.CpuUs, PeerNames.Floor, new Target(AtMost: 1.15));
        Compare("CPU per delivery", Workload.Lockstep, figures => figures.CpuUs, PeerNames.Nchan, new Target(AtMost: 0.72));
        Compare("p99", Workload.Lockstep, figures => figures.P99Ms, PeerNames.Nchan, new Target(AtMost: 1));
        Compare("deliveries/s", Workload.EightInFlight, figures => figures.DeliveriesPerSecond, PeerNames.Nchan, new Target(AtLeast: 10));
        if (cells.Median(PeerNames.Longwave, Workload.EightInFlight, SmallBytes, figures => figures.DeliveriesPerSecond) is { } delivered)
        {
            figures.Add(new Figure("8 in flight: delivered with one core", delivered, "deliveries/s", Only(new Target(AtLeast: 1_150_000))));
        }

        return figures;
    }
}
