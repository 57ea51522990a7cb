using Longwave.Bench.Charts;
using Longwave.Bench.Fanout;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>A long time of coming, going and publishing, after which nothing may have grown.</summary>
internal sealed class SoakScenario : IScenario
{
    /// <summary>Samples before this part of the time are the hub's growing up: code is compiled, the hot tail and the page cache fill.</summary>
    private const double JudgedFrom = 1.0 / 3;

    private const double FlatShare = 0.05;
    private const int ShownSamples = 10;

    public string Name => "fanout-soak";

    public string Question =>
        $"{Churn.Streams:N0} streams of {Churn.Topics} topics, of which {Churn.ReplacedPerSecond} a second are cut and replaced, while {Churn.EventsPerSecond} events a second are published; every stream's events are checked. Growth is the slope (the median of all pairs of samples) over the last two thirds of the time.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        Peer peer = PeerList.Hubs(context.Park)[0];
        using PeerProcess hub = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        using var churn = new Churn(hub);
        List<SoakSample> samples = churn.Run(context.Soak, context.Tell, context.Cancellation);
        context.Show($"{Name}.svg", SoakChart.Draw(samples, context.Soak, JudgedFrom));
        context.Show(Grid(samples));
        SoakSample[] judged = [.. samples.Skip((int)(samples.Count * JudgedFrom))];
        double Growth(Func<SoakSample, double> value) =>
            Statistics.MedianSlope([.. judged.Select(sample => (sample.Minutes, value(sample)))]) * (judged[^1].Minutes - judged[0].Minutes);
        double Share(Func<SoakSample, double> value) => Growth(value) / Statistics.Median(judged.Select(value)) * 100;
        return
        [
            new Figure("time", context.Soak.TotalMinutes, "minutes"),
            new Figure("growth of memory that is no file's (heap and native)", Share(sample => sample.AnonymousMb), "%", new Target(AtMost: FlatShare * 100)),
            new Figure("growth of resident memory", Share(sample => sample.ResidentMb), "%", new Target(AtMost: FlatShare * 100)),
            new Figure("growth of open descriptors", Share(sample => sample.Descriptors), "%", new Target(AtMost: 1)),
            new Figure("growth of threads", Growth(sample => sample.Threads), "threads", new Target(AtMost: 2)),
            new Figure("streams replaced", churn.Replaced, "streams"),
            new Figure("events delivered", churn.Delivered, "events"),
            new Figure("events lost, doubled or out of order", churn.Missing(), "events", new Target(AtMost: 0)),
        ];
    }

    /// <summary>Samples at even distances: the JSON file would be long with all of them, and the chart shows them.</summary>
    private static ResultGrid Grid(List<SoakSample> samples) => new(
        "Samples",
        ["minute", "resident MB", "no file's MB", "threads", "descriptors"],
        [
            .. Enumerable.Range(0, ShownSamples + 1)
                .Select(i => samples[i * (samples.Count - 1) / ShownSamples])
                .Select(sample => new GridRow(Number.Format(sample.Minutes), [sample.ResidentMb, sample.AnonymousMb, sample.Threads, sample.Descriptors])),
        ]);
}
