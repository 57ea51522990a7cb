using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Logs;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>Subscribers that come back to a big log.</summary>
internal sealed class ResumeScenario : IScenario
{
    private const int TopicCount = 10_000;
    private const int BufferBytes = 1024 * 1024;

    public string Name => "resume";

    public string Question =>
        "A log of 5 M events over 10,000 topics: time from connecting with a random position until the first byte of the first replayed event, one client after the other.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        var shape = new LogShape(context.Quick ? 500_000 : 5_000_000, TopicCount);
        string log = await context.Logs.GetAsync(shape, context.Tell);
        await using HubProcess hub = await HubProcess.StartAsync(log);
        context.Tell($"hub started in {hub.StartMs:N0} ms");
        var random = new Random(1);
        string epoch = hub.Tip().Epoch;

        // Near the end of the log a topic may have no further event to wait for.
        string Position() => $"{epoch}-{random.Next(1, shape.Events - (shape.Events / 5))}";
        string One() => $"topic={Topics.Name(random.Next(TopicCount))}";
        byte[] buffer = new byte[BufferBytes];
        List<double> Measure(int samples, Func<string> query) =>
            [.. Enumerable.Range(0, samples).Select(_ => ResumeProbe.Measure(hub.Port, query(), Position(), buffer))];

        int samples = context.Quick ? 200 : 2_000;
        List<double> cold = Measure(samples / 10, One);
        List<double> one = Measure(samples, One);
        List<double> template = Measure(samples / 10, () => $"topic={Topics.Prefix}00{{n}}");
        List<double> all = Measure(samples / 10, () => "topic=*");
        return
        [
            new Figure("one topic: first byte p50", Statistics.Percentile(one, 0.5), "ms"),
            new Figure("one topic: first byte p99", Statistics.Percentile(one, 0.99), "ms", new Target(Below: 20)),
            new Figure("one topic: first byte max", one.Max(), "ms"),
            new Figure("one topic, the first clients after the start: first byte p99", Statistics.Percentile(cold, 0.99), "ms"),
            new Figure("a template that matches 1,000 topics: first byte p99", Statistics.Percentile(template, 0.99), "ms"),
            new Figure("every topic: first byte p99", Statistics.Percentile(all, 0.99), "ms"),
            new Figure("hub start on this log", hub.StartMs, "ms"),
        ];
    }
}
