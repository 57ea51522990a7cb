using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>What a hub that does nothing holds.</summary>
internal sealed class IdleScenario : IScenario
{
    private const int TopicCount = 1_000;
    private const int BatchEvents = 1_000;
    private const int Connections = 4;

    private static readonly Target Small = new(Below: 150);

    public string Name => "idle";

    public string Question =>
        $"Resident memory (VmRSS) of a hub with a log of 1 M events over {TopicCount:N0} topics: after it took them and rested a minute, and after a restart and 30 s, idempotency keys of all of them still in their window.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        string directory = context.NewDirectory();
        var figures = new List<Figure>();
        await using (HubProcess hub = await HubProcess.StartAsync(directory))
        {
            figures.Add(new Figure("started with an empty log", hub.ResidentMb, "MB"));
            using (var loop = new LoadLoop())
            {
                var ids = new EventIds();
                var topics = new TopicChoice(TopicCount);
                var load = new PublishLoad(
                    loop, hub, Enumerable.Range(0, Connections).Select(_ => new BatchRequests(topics, BatchEvents, together: false, ids)));
                load.Run(context.Quick ? 100_000 : 1_000_000);
            }

            figures.Add(new Figure("just after 1 M events were published", hub.ResidentMb, "MB"));
            await context.WaitAsync(TimeSpan.FromSeconds(context.Quick ? 30 : 60));
            figures.AddRange(Describe(hub, "after a minute's rest"));
        }

        await using (HubProcess hub = await HubProcess.StartAsync(directory))
        {
            double cpu = hub.CpuUs;
            TimeSpan rest = TimeSpan.FromSeconds(context.Quick ? 2 : 30);
            await context.WaitAsync(rest);
            figures.Add(new Figure("restarted: CPU at rest", (hub.CpuUs - cpu) / rest.TotalMicroseconds * 100, "% of a core"));
            figures.AddRange(Describe(hub, "restarted, after 30 s"));
            figures.Add(new Figure("start on this log", hub.StartMs, "ms"));
        }

        return figures;
    }

    private static IEnumerable<Figure> Describe(HubProcess hub, string when) =>
    [
        new Figure(when, hub.ResidentMb, "MB", Small),
        new Figure($"{when}: without the pages of files (the runtime's code)", hub.AnonymousMb, "MB"),
    ];
}
