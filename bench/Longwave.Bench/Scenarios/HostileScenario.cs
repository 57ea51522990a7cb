using Longwave.BadDays.Tests.Attacks;
using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>What healthy clients notice of hostile ones.</summary>
internal sealed class HostileScenario : IScenario
{
    private const int Subscribers = 50;
    private const int SlowConnections = 1_000;
    private const int HalfOpen = 10_000;
    private const int LargeEvents = 10;
    private const int LargeEventBytes = 60_000;

    /// <summary>What a scheduler of a machine with two cores adds to so short a time by itself.</summary>
    private const double NoiseMs = 2;

    public string Name => "hostile";

    public string Question =>
        $"{Subscribers} subscribers get 50 events a second; the time from publish to receipt that 99 % do not exceed, undisturbed and beside each attack. {SlowConnections:N0} connections of slowhttptest, {HalfOpen:N0} half-open ones, one client that resets HTTP/2 streams as fast as it can. The attackers share the cores and are exempt from the bounds per address, being on the same machine.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        TimeSpan length = TimeSpan.FromSeconds(context.Quick ? 4 : 12);
        var figures = new List<Figure>();
        await using HubProcess hub = await HubProcess.StartAsync(context.NewDirectory());
        await PublishLargeAsync(hub);
        await using HealthyClients healthy = await HealthyClients.ConnectAsync(hub, Subscribers);
        await healthy.P99Async(context.WaitAsync(context.WarmUp));
        double baseline = await healthy.P99Async(context.WaitAsync(length));
        figures.Add(new Figure("undisturbed: p99", baseline, "ms"));
        figures.Add(new Figure("undisturbed: memory", hub.ResidentMb, "MB"));
        var bound = new Target(Below: (2 * baseline) + NoiseMs);
        var address = new Uri($"http://127.0.0.1:{hub.Port}/");
        foreach (string mode in SlowHttp.Modes)
        {
            await MeasureAsync($"slowhttptest {mode}", SlowHttp.RunAsync(mode, address, SlowConnections, length, context.Cancellation));
        }

        using (HalfOpenConnections connections = await HalfOpenConnections.OpenAsync("127.0.0.1", hub.Port, context.Quick ? 1_000 : HalfOpen))
        {
            await MeasureAsync($"{connections.Count:N0} half-open connections", context.WaitAsync(length));
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        var reset = new RapidReset("127.0.0.1", hub.Port);
        Task resetting = Task.Run(() => reset.RunAsync(int.MaxValue, end.Token), context.Cancellation);
        await MeasureAsync("HTTP/2 rapid reset", context.WaitAsync(length));
        await end.CancelAsync();
        await resetting;
        figures.Add(new Figure("HTTP/2 rapid reset: connections that the hub ended", reset.ConnectionsEnded / length.TotalSeconds, "per s"));
        figures.Add(new Figure("undisturbed afterwards: p99", await healthy.P99Async(context.WaitAsync(length)), "ms"));
        return figures;

        async Task MeasureAsync(string attack, Task attacking)
        {
            context.Tell(attack);
            double peak = hub.ResidentMb;
            using var sampling = new Timer(_ => peak = Math.Max(peak, hub.ResidentMb), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
            figures.Add(new Figure($"{attack}: p99", await healthy.P99Async(attacking), "ms", bound));
            figures.Add(new Figure($"{attack}: memory at most", peak, "MB"));
        }
    }

    /// <summary>For the slow readers.</summary>
    private static async Task PublishLargeAsync(HubProcess hub)
    {
        using var http = new HttpClient();
        for (int i = 0; i < LargeEvents; i++)
        {
            using var body = new StringContent(new string('x', LargeEventBytes));
            using HttpResponseMessage answer = await http.PostAsync($"http://127.0.0.1:{hub.Port}/v1/events?topic=large", body);
            answer.EnsureSuccessStatusCode();
        }
    }
}
