using System.Diagnostics;
using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>One topic with very many subscribers.</summary>
internal sealed class FanoutScenario : IScenario
{
    private static readonly int[] Subscribers = [1_000, 5_000];

    public string Name => "fanout";

    public string Question =>
        "Events of 200 bytes to every subscriber of one topic: in lockstep (each event waits until the one before has reached everybody) and with 8 events on their way.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        var figures = new List<Figure>();
        foreach (int subscribers in Subscribers)
        {
            await using HubProcess hub = await HubProcess.StartAsync(context.NewDirectory());
            using var loop = new LoadLoop();
            var streams = new StreamSet();
            double before = hub.ResidentMb;
            streams.Open(loop, hub.Port, subscribers, _ => $"topic={Topics.Name(0)}");
            figures.Add(new Figure($"{subscribers:N0} subscribers: memory for each", (hub.ResidentMb - before) * 1024 / subscribers, "KB"));
            var publisher = new PublishChannel(loop, hub.Port, new SingleRequests(new TopicChoice(1)), static _ => { });
            foreach (int inFlight in (int[])[1, 8])
            {
                figures.AddRange(Measure(context, hub, loop, streams, publisher, subscribers, inFlight));
            }
        }

        return figures;
    }

    private static IEnumerable<Figure> Measure(
        BenchContext context, HubProcess hub, LoadLoop loop, StreamSet streams, PublishChannel publisher, int subscribers, int inFlight)
    {
        string title = $"{subscribers:N0} subscribers, {(inFlight == 1 ? "lockstep" : $"{inFlight} in flight")}";
        Publish(loop, streams, publisher, subscribers, inFlight, context.WarmUp / 4);
        List<double> perSecond = [];
        List<double> cpuUs = [];
        for (int round = 0; round < context.Rounds; round++)
        {
            double cpu = hub.CpuUs;
            long start = Stopwatch.GetTimestamp();
            long deliveries = Publish(loop, streams, publisher, subscribers, inFlight, context.Round / 2);
            perSecond.Add(deliveries / Stopwatch.GetElapsedTime(start).TotalSeconds);
            cpuUs.Add((hub.CpuUs - cpu) / deliveries);
            context.Tell($"{title}, round {round + 1}: {perSecond[^1]:N0} deliveries/s, {cpuUs[^1]:N2} µs");
        }

        return [Figure.Median($"{title}: delivered", perSecond, "deliveries/s"), Figure.Median($"{title}: hub CPU", cpuUs, "µs/delivery")];
    }

    /// <summary>Publishes for a time and waits until everything is delivered; returns how much that was.</summary>
    private static long Publish(LoadLoop loop, StreamSet streams, PublishChannel publisher, int subscribers, int inFlight, TimeSpan time)
    {
        long before = streams.Delivered;
        long sent = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            publisher.Send();
            sent++;
            long due = before + (subscribers * (sent - inFlight + 1));
            loop.RunUntil(() => publisher.IsIdle && streams.Delivered >= due, "delivering");
        }

        streams.WaitFor(loop, before + (sent * subscribers));
        return sent * subscribers;
    }
}
