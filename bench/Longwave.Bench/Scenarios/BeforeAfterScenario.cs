using Longwave.Bench.Fanout;
using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>This build beside an earlier one: publishing, replay, resume, fan-out and opening, in turns.</summary>
internal sealed class BeforeAfterScenario : IScenario
{
    private const int Streams = 5_000;
    private const int OpenedStreams = 3_000;
    private const int OpenWarmUps = 2;
    private const int PublishTopics = 10;
    private const int BufferBytes = 1024 * 1024;

    private static readonly TimeSpan Aftermath = TimeSpan.FromMilliseconds(250);

    public string Name => "before-after";

    public string Question =>
        $"The build of --before and this one run at the same time and are measured in turns: publishing (64 connections with one event per request, one connection alone, 4 connections with batches of 1,000), replay of all that was published, resume at a random position, fan-out to {Streams:N0} streams, and opening {OpenedStreams:N0} streams on a hub that has opened streams before.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        string before = context.Before
            ?? throw new BenchFailedException("before-after needs --before DLL, the longwave.dll of an earlier build: git worktree add DIR COMMIT, then dotnet build -c Release DIR/src/Longwave.");
        var figures = new BeforeAfterFigures();
        await using (HubProcess old = await HubProcess.StartAsync(context.NewDirectory(), program: before))
        {
            await using HubProcess current = await HubProcess.StartAsync(context.NewDirectory());
            Publish(context, figures, old, current);
            Replay(context, figures, old, current);
            Resume(context, figures, old, current);
        }

        using CorePin pin = CorePin.Load();
        Prerequisites.Provide(context.Tell);
        using PeerProcess oldPeer = await PeerProcess.StartAsync(PeerList.Hub("before", null, before), context.NewDirectory(), context.Cancellation);
        using PeerProcess currentPeer = await PeerProcess.StartAsync(PeerList.Hub("after", null), context.NewDirectory(), context.Cancellation);
        FanOut(context, figures, oldPeer, currentPeer);
        await OpenAsync(context, figures, oldPeer, currentPeer);
        return figures.ToFigures();
    }

    private static void Publish(BenchContext context, BeforeAfterFigures figures, HubProcess old, HubProcess current)
    {
        using var loop = new LoadLoop();
        var topics = new TopicChoice(PublishTopics);
        var ids = new EventIds();
        (string Name, Func<HubProcess, PublishLoad> Load)[] kinds =
        [
            ("64 in flight", hub => new PublishLoad(loop, hub, Enumerable.Range(0, 64).Select(_ => new SingleRequests(topics)))),
            ("1 in flight", hub => new PublishLoad(loop, hub, [new SingleRequests(topics)])),
            ("batches of 1,000", hub => new PublishLoad(loop, hub, Enumerable.Range(0, 4).Select(_ => new BatchRequests(topics, 1_000, together: false, ids)))),
        ];
        foreach ((string name, Func<HubProcess, PublishLoad> load) in kinds)
        {
            (PublishLoad oldLoad, PublishLoad currentLoad) = (load(old), load(current));
            oldLoad.Run(context.WarmUp);
            currentLoad.Run(context.WarmUp);
            for (int round = 0; round < context.Rounds; round++)
            {
                (LoadFigures before, LoadFigures after) = (oldLoad.Run(context.Round / 2), currentLoad.Run(context.Round / 2));
                figures.Add($"publish, {name}: acknowledged", "events/s", before.EventsPerSecond, after.EventsPerSecond);
                figures.Add($"publish, {name}: hub CPU", "µs/event", before.HubCpuUs, after.HubCpuUs);
                context.Tell($"publish, {name}: {before.EventsPerSecond:N0} → {after.EventsPerSecond:N0} events/s, {before.HubCpuUs:N1} → {after.HubCpuUs:N1} µs");
            }
        }
    }

    private static void Replay(BenchContext context, BeforeAfterFigures figures, HubProcess old, HubProcess current)
    {
        for (int round = 0; round < context.Rounds; round++)
        {
            (double before, double after) = (Read(old), Read(current));
            figures.Add("replay of every topic", "events/s", before, after);
            context.Tell($"replay: {before:N0} → {after:N0} events/s");
        }

        static double Read(HubProcess hub)
        {
            long events = hub.Tip().Offset;
            return events / ReplayReader.Read(hub.Port, "topic=*", events);
        }
    }

    private static void Resume(BenchContext context, BeforeAfterFigures figures, HubProcess old, HubProcess current)
    {
        var random = new Random(1);
        byte[] buffer = new byte[BufferBytes];
        int samples = context.Quick ? 50 : 400;
        for (int round = 0; round < context.Rounds; round++)
        {
            (double before, double after) = (P99(old), P99(current));
            figures.Add("resume one topic: first byte p99", "ms", before, after);
            context.Tell($"resume: {before:N2} → {after:N2} ms");
        }

        double P99(HubProcess hub)
        {
            (string epoch, long tip) = hub.Tip();

            // Near the end of the log a topic may have no further event to wait for.
            return Statistics.Percentile(
                [.. Enumerable.Range(0, samples).Select(_ => ResumeProbe.Measure(hub.Port, $"topic={Topics.Name(random.Next(PublishTopics))}", $"{epoch}-{random.NextInt64(1, tip / 2)}", buffer))],
                0.99);
        }
    }

    private static void FanOut(BenchContext context, BeforeAfterFigures figures, PeerProcess old, PeerProcess current)
    {
        using var oldSwarm = new Swarm();
        using var currentSwarm = new Swarm();
        foreach ((PeerProcess server, Swarm swarm) in new[] { (old, oldSwarm), (current, currentSwarm) })
        {
            swarm.Open(server.Port, _ => server.Peer.Subscribe, Streams, 0);
            FanoutLoad.Settle(server, swarm);
            FanoutLoad.Run(server, swarm, Workload.EightInFlight, FanoutScenario.SmallBytes, context.WarmUp / 2);
        }

        for (int round = 0; round < context.Rounds; round++)
        {
            foreach (Workload workload in (Workload[])[Workload.Lockstep, Workload.EightInFlight])
            {
                CellFigures before = FanoutLoad.Run(old, oldSwarm, workload, FanoutScenario.SmallBytes, context.Round / 2);
                CellFigures after = FanoutLoad.Run(current, currentSwarm, workload, FanoutScenario.SmallBytes, context.Round / 2);
                figures.Add($"{workload.Name}: CPU per delivery", "µs", before.CpuUs, after.CpuUs);
                figures.Add($"{workload.Name}: delivered", "deliveries/s", before.DeliveriesPerSecond, after.DeliveriesPerSecond);
                context.Tell($"{workload.Name}: {before.CpuUs:N2} → {after.CpuUs:N2} µs, {before.DeliveriesPerSecond:N0} → {after.DeliveriesPerSecond:N0}/s");
            }
        }
    }

    private static async Task OpenAsync(BenchContext context, BeforeAfterFigures figures, PeerProcess old, PeerProcess current)
    {
        for (int round = -OpenWarmUps; round < context.Rounds; round++)
        {
            (double before, double after) = (await OpenAsync(context, old), await OpenAsync(context, current));
            if (round >= 0)
            {
                figures.Add("opening a stream", "µs CPU", before, after);
                context.Tell($"opening: {before:N1} → {after:N1} µs");
            }
        }
    }

    private static async Task<double> OpenAsync(BenchContext context, PeerProcess server)
    {
        // The streams of the round before are still being closed.
        await context.WaitAsync(context.Settle);
        double cpu = server.CpuUs;
        using var swarm = new Swarm();
        swarm.Open(server.Port, _ => server.Peer.Subscribe, OpenedStreams, 0);
        await context.WaitAsync(Aftermath);
        return (server.CpuUs - cpu) / OpenedStreams;
    }
}
