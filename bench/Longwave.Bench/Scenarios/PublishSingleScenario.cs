using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>One event a request, as most publishers do.</summary>
internal sealed class PublishSingleScenario : IScenario
{
    private const int Connections = 64;
    private const int TopicCount = 10;

    public string Name => "publish-single";

    public string Question =>
        $"One event of 200 bytes a request (raw body), {Connections} keep-alive connections with one request in flight each, {TopicCount} topics; acknowledged means synced to disk.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        await using HubProcess hub = await HubProcess.StartAsync(context.NewDirectory());
        using var loop = new LoadLoop();
        var topics = new TopicChoice(TopicCount);
        var many = new PublishLoad(loop, hub, Enumerable.Range(0, Connections).Select(_ => new SingleRequests(topics)));
        var alone = new PublishLoad(loop, hub, [new SingleRequests(topics)]);
        List<LoadFigures> together = [];
        List<LoadFigures> single = [];
        many.Run(context.WarmUp);
        for (int round = 0; round < context.Rounds; round++)
        {
            together.Add(many.Run(context.Round));
            single.Add(alone.Run(context.Round / 2));
            context.Tell($"round {round + 1}: {together[^1].EventsPerSecond:N0} events/s, {together[^1].HubCpuUs:N1} µs; one at a time {single[^1].EventsPerSecond:N0} events/s");
        }

        return
        [
            Figure.Median($"{Connections} in flight: acknowledged", together.Select(round => round.EventsPerSecond), "events/s", new Target(AtLeast: 36_000)),
            Figure.Median($"{Connections} in flight: answer p50", together.Select(round => Statistics.Percentile(round.LatenciesMs, 0.5)), "ms"),
            Figure.Median($"{Connections} in flight: answer p99", together.Select(round => Statistics.Percentile(round.LatenciesMs, 0.99)), "ms"),
            Figure.Median($"{Connections} in flight: hub CPU", together.Select(round => round.HubCpuUs), "µs/event", new Target(AtMost: 25)),
            Figure.Median($"{Connections} in flight: load CPU", together.Select(round => round.LoadCpuUs), "µs/event"),
            Figure.Median("1 in flight: acknowledged", single.Select(round => round.EventsPerSecond), "events/s"),
            Figure.Median("1 in flight: answer p50", single.Select(round => Statistics.Percentile(round.LatenciesMs, 0.5)), "ms"),
            Figure.Median("1 in flight: answer p99", single.Select(round => Statistics.Percentile(round.LatenciesMs, 0.99)), "ms"),
        ];
    }
}
