using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>Batches of CloudEvents, as a bulk publisher sends them.</summary>
internal sealed class PublishBatchScenario : IScenario
{
    private const int Connections = 4;

    private static readonly (int Topics, int Events)[] Variants = [(1, 1_000), (10, 1_000), (10_000, 1_000), (10, 500)];

    public string Name => "publish-batch";

    public string Question =>
        $"NDJSON batches of CloudEvents with 200 bytes of data and an idempotency key each, {Connections} connections with one batch in flight each; acknowledged means synced to disk.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        await using HubProcess hub = await HubProcess.StartAsync(context.NewDirectory());
        using var loop = new LoadLoop();
        var ids = new EventIds();
        PublishLoad[] loads = Array.ConvertAll(Variants, variant => new PublishLoad(
            loop, hub, Enumerable.Range(0, Connections).Select(_ => new BatchRequests(new TopicChoice(variant.Topics), variant.Events, together: false, ids))));
        List<LoadFigures>[] rounds = Array.ConvertAll(Variants, _ => new List<LoadFigures>());

        // Each connection sends soon after it was opened: the hub closes one that has sent nothing for Server:RequestHeadersTimeout.
        Array.ForEach(loads, load => load.Run(context.WarmUp / loads.Length));
        for (int round = 0; round < context.Rounds; round++)
        {
            for (int i = 0; i < loads.Length; i++)
            {
                LoadFigures figures = loads[i].Run(context.Round);
                rounds[i].Add(figures);
                context.Tell($"round {round + 1}, {Title(Variants[i])}: {figures.EventsPerSecond:N0} events/s, {figures.HubCpuUs:N2} µs");
            }
        }

        long acknowledged = loads.Sum(load => load.EventsEver);
        return hub.Tip().Offset == acknowledged
            ? [.. Variants.Select((variant, i) => Describe(Title(variant), rounds[i])).SelectMany(figures => figures)]
            : throw new BenchFailedException($"{acknowledged} events were acknowledged, the log ends at {hub.Tip().Offset}.");
    }

    private static string Title((int Topics, int Events) variant) =>
        $"{variant.Topics:N0} {(variant.Topics == 1 ? "topic" : "topics")}, batches of {variant.Events:N0}";

    private static IEnumerable<Figure> Describe(string title, List<LoadFigures> rounds) =>
    [
        Figure.Median($"{title}: acknowledged", rounds.Select(round => round.EventsPerSecond), "events/s", new Target(AtLeast: 80_000)),
        Figure.Median($"{title}: hub CPU", rounds.Select(round => round.HubCpuUs), "µs/event"),
        Figure.Median($"{title}: load CPU", rounds.Select(round => round.LoadCpuUs), "µs/event"),
        Figure.Median($"{title}: answer p99", rounds.Select(round => Statistics.Percentile(round.LatenciesMs, 0.99)), "ms"),
    ];
}
