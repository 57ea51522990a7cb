using System.Diagnostics;
using System.Text.Json;
using Longwave.Bench.Fanout;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>Every client is cut off, and all of them come back at once.</summary>
internal sealed class StormScenario : IScenario
{
    private const int MissedEvents = 100;
    private const int DataBytes = 100;
    private static readonly TimeSpan LiveEvery = TimeSpan.FromMilliseconds(100);

    public string Name => "fanout-storm";

    public string Question =>
        $"15,000 clients are cut off at once, {MissedEvents} events are published while they are away, and all come back at once with their last event id while 10 events a second go on: time from the first connection until every client has every event.";

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
        int clients = context.Quick ? 2_000 : 15_000;
        using PeerProcess hub = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        using var publisher = new Publisher(hub.Port, peer.Publish, DataBytes);
        int first;
        using (var before = new Swarm())
        {
            before.Open(hub.Port, _ => peer.Subscribe, clients, 0);
            before.Use(publisher);
            Publish(before, publisher, MissedEvents);
            before.RunUntil(() => before.Delivered == (long)before.Next * clients, "delivering before the storm");
            first = before.Next;
        }

        // The last event that every client has; its id is the same for all.
        string position = JsonDocument.Parse(publisher.Answer).RootElement.GetProperty("id").GetString()!;
        using var back = new Swarm(first);
        back.Use(publisher);
        Publish(back, publisher, MissedEvents);
        double cpu = hub.CpuUs;
        long start = Stopwatch.GetTimestamp();
        void PublishLive()
        {
            if (publisher.IsIdle && Stopwatch.GetElapsedTime(start) > LiveEvery * (back.Next - first - MissedEvents + 1))
            {
                back.Publish();
            }
        }

        back.Open(hub.Port, _ => peer.Subscribe, clients, first, position, PublishLive);
        double greetedSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        back.RunUntil(() => publisher.IsIdle && back.Delivered >= (long)(back.Next - first) * clients, "catching up");
        double seconds = Stopwatch.GetElapsedTime(start, back.LastDeliveryAt).TotalSeconds;
        double cpuUs = (hub.CpuUs - cpu) / clients;
        context.Tell($"{peer.Name}: {clients:N0} back in {greetedSeconds:N2} s, caught up in {seconds:N2} s, {back.Delivered:N0} deliveries");
        return
        [
            new Figure($"{peer.Name}: every client is back", greetedSeconds, "s"),
            new Figure($"{peer.Name}: every client has caught up", seconds, "s", new Target(AtMost: 10)),
            new Figure($"{peer.Name}: events lost, doubled or out of order", ((long)(back.Next - first) * clients) - back.Delivered, "events", new Target(AtMost: 0)),
            new Figure($"{peer.Name}: hub CPU for each client", cpuUs, "µs"),
        ];
    }

    private static void Publish(Swarm swarm, Publisher publisher, int events)
    {
        for (int i = 0; i < events; i++)
        {
            swarm.Publish();
            swarm.RunUntil(() => publisher.IsIdle, "publishing");
        }
    }
}
