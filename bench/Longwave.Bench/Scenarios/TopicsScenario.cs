using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>Whether it costs anything that there are many topics and streams that an event is not for.</summary>
internal sealed class TopicsScenario : IScenario
{
    private const int Few = 10;
    private const int Many = 10_000;
    private const int SingleConnections = 64;
    private const int BatchConnections = 4;
    private const int BatchEvents = 500;
    private const double Tolerance = 0.2;

    /// <summary>Publishes before the next ten topics have their turn.</summary>
    private const int Stay = 200;

    /// <summary>
    /// The first three are compared. In the others an event seldom meets another one for the same subscriber, with many topics, and often
    /// does with few, so that many events share a write: their ratio tells what a write costs, not what a topic costs.
    /// </summary>
    private static readonly string[] Ways =
    [
        "single, 1 in flight",
        "single, 64 in flight, ten topics at a time",
        "batches, each to one topic",
        "single, 64 in flight, any topic",
        "batches over all topics",
    ];

    private const int Compared = 3;

    public string Name => "topics";

    public string Question =>
        $"Publishing with {Many:N0} topics and a subscriber for each, and with {Few} of both: two hubs, measured in turns, each event delivered to its one subscriber.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        await using HubProcess fewHub = await HubProcess.StartAsync(context.NewDirectory());
        await using HubProcess manyHub = await HubProcess.StartAsync(context.NewDirectory());
        using var loop = new LoadLoop();
        PublishLoad[] few = Open(loop, fewHub, Few);
        PublishLoad[] many = Open(loop, manyHub, Many);
        var rounds = new Dictionary<string, List<(LoadFigures Few, LoadFigures Many)>>();
        foreach (PublishLoad load in few.Concat(many))
        {
            load.Run(context.WarmUp / 2);
        }

        for (int round = 0; round < context.Rounds; round++)
        {
            for (int way = 0; way < Ways.Length; way++)
            {
                // What was first in one round is second in the next, so that a drift hits both.
                (PublishLoad first, PublishLoad second) = round % 2 == 0 ? (few[way], many[way]) : (many[way], few[way]);
                (LoadFigures a, LoadFigures b) = (first.Run(context.Round / 2), second.Run(context.Round / 2));
                (LoadFigures Few, LoadFigures Many) pair = round % 2 == 0 ? (a, b) : (b, a);
                (rounds.TryGetValue(Ways[way], out var list) ? list : rounds[Ways[way]] = []).Add(pair);
                context.Tell($"round {round + 1}, {Ways[way]}: {pair.Few.EventsPerSecond:N0} and {pair.Many.EventsPerSecond:N0} events/s, {pair.Few.HubCpuUs:N2} and {pair.Many.HubCpuUs:N2} µs");
            }
        }

        return [.. Ways.SelectMany(way => Describe(way, rounds[way]))];
    }

    /// <summary>Opens the streams of a hub and the ways to publish to it.</summary>
    private static PublishLoad[] Open(LoadLoop loop, HubProcess hub, int topics)
    {
        var streams = new StreamSet();
        streams.Open(loop, hub.Port, topics, number => $"topic={Topics.Name(number)}");
        var ids = new EventIds();
        var any = new TopicChoice(topics);
        var tenAtATime = new TopicChoice(topics, Few, Stay);
        IEnumerable<IRequests> Singles(TopicChoice choice, int connections) => Enumerable.Range(0, connections).Select(_ => new SingleRequests(choice));
        IEnumerable<IRequests> Batches(bool together) =>
            Enumerable.Range(0, BatchConnections).Select(_ => new BatchRequests(any, BatchEvents, together, ids));
        return
        [
            new PublishLoad(loop, hub, Singles(any, 1), streams),
            new PublishLoad(loop, hub, Singles(tenAtATime, SingleConnections), streams),
            new PublishLoad(loop, hub, Batches(together: true), streams),
            new PublishLoad(loop, hub, Singles(any, SingleConnections), streams),
            new PublishLoad(loop, hub, Batches(together: false), streams),
        ];
    }

    private static IEnumerable<Figure> Describe(string way, List<(LoadFigures Few, LoadFigures Many)> rounds)
    {
        bool compared = Array.IndexOf(Ways, way) < Compared;
        return
        [
            Figure.Median($"{way}: {Few} topics", rounds.Select(round => round.Few.EventsPerSecond), "events/s"),
            Figure.Median($"{way}: {Many:N0} topics", rounds.Select(round => round.Many.EventsPerSecond), "events/s"),
            Figure.Median($"{way}: {Few} topics, hub CPU", rounds.Select(round => round.Few.HubCpuUs), "µs/event"),
            Figure.Median($"{way}: {Many:N0} topics, hub CPU", rounds.Select(round => round.Many.HubCpuUs), "µs/event"),
            Ratio($"{way}: speed with many ÷ with few", rounds, figures => figures.EventsPerSecond, compared ? new Target(AtLeast: 1 - Tolerance) : null),
            Ratio($"{way}: hub CPU with many ÷ with few", rounds, figures => figures.HubCpuUs, compared ? new Target(Below: 1 + Tolerance) : null),
        ];
    }

    private static Figure Ratio(string name, List<(LoadFigures Few, LoadFigures Many)> rounds, Func<LoadFigures, double> value, Target? target) =>
        Figure.Median(name, rounds.Select(round => value(round.Many) / value(round.Few)), "×", target);
}
