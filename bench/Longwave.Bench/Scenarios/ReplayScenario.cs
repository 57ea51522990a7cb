using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Logs;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>A subscriber that reads a topic from its beginning.</summary>
internal sealed class ReplayScenario : IScenario
{
    private const int Rounds = 7;

    private static readonly Target Fast = new(AtLeast: 300_000);

    public string Name => "replay";

    public string Question =>
        "One subscriber reads 1 M events of 200 bytes from `since=earliest`, from connecting until the last event is there; also where the topic has one event in ten of a log of 5 M.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        int events = context.Quick ? 200_000 : 1_000_000;
        return
        [
            .. await MeasureAsync(context, new LogShape(events, 1), "the only topic of its log"),
            .. await MeasureAsync(context, new LogShape(events * 5, 10), "one event in ten"),
        ];
    }

    private static async Task<IEnumerable<Figure>> MeasureAsync(BenchContext context, LogShape shape, string title)
    {
        string log = await context.Logs.GetAsync(shape, context.Tell);
        await using HubProcess hub = await HubProcess.StartAsync(log);
        long events = shape.EventsOfFirstTopic;
        List<double> perSecond = [];
        List<double> cpuUs = [];
        for (int round = 0; round < Rounds; round++)
        {
            double cpu = hub.CpuUs;
            perSecond.Add(events / ReplayReader.Read(hub.Port, $"topic={Topics.Name(0)}", events));
            cpuUs.Add((hub.CpuUs - cpu) / events);
            context.Tell($"{title}, round {round + 1}: {perSecond[^1]:N0} events/s, {cpuUs[^1]:N2} µs");
        }

        return
        [
            Figure.Median($"{title}: replayed", perSecond, "events/s", Fast),
            Figure.Median($"{title}: hub CPU", cpuUs, "µs/event"),
        ];
    }
}
