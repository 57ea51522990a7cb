using System.Diagnostics;
using System.Globalization;
using Longwave.BadDays.Tests.Attacks;
using Longwave.Bench.Fanout;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>What healthy clients notice of hostile ones.</summary>
internal sealed class HostileScenario : IScenario
{
    private const int Subscribers = 500;
    private const int EventsPerSecond = 20;
    private const int DataBytes = 100;
    private const int SlowConnections = 1_000;
    private const int HalfOpen = 10_000;
    private const int LargeEvents = 10;
    private const int LargeEventBytes = 60_000;

    private static readonly Workload Steady = new($"{EventsPerSecond} a second", 0, EventsPerSecond);

    public string Name => "hostile";

    public string Question =>
        $"{Subscribers} streams get {EventsPerSecond} events a second; the time from sending an event until a stream has it, which 99 % do not exceed, undisturbed and beside each attack: {SlowConnections:N0} connections of slowhttptest (slow headers, slow bodies, slow readers), {HalfOpen:N0} half-open ones, one client that resets HTTP/2 streams as fast as it can. The hub has one core with its limits as they are by default, except that attackers on its own machine are exempt from those per address; the load has the other core, and the attackers what the load leaves of it.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        TimeSpan length = TimeSpan.FromSeconds(context.Quick ? 4 : 30);
        Peer peer = PeerList.Hubs(park: true)[0];
        using PeerProcess hub = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        await PublishLargeAsync(hub.Port);
        using var healthy = new Swarm();
        healthy.Open(hub.Port, _ => peer.Subscribe, Subscribers, 0);
        CellFigures Run() => FanoutLoad.Run(hub, healthy, Steady, DataBytes, length);
        Run();
        CellFigures baseline = Run();
        List<Figure> figures = [new("undisturbed: p99", baseline.P99Ms, "ms"), new("undisturbed: memory", hub.ResidentKb / 1024, "MB")];
        foreach (string mode in SlowHttp.Modes)
        {
            Task<string> attack = SlowHttp.RunAsync(mode, new Uri($"http://127.0.0.1:{hub.Port}/"), SlowConnections, length + TimeSpan.FromSeconds(1), context.Cancellation);
            await MeasureAsync($"slowhttptest {mode}");
            await attack;
        }

        using (await HalfOpenConnections.OpenAsync("127.0.0.1", hub.Port, context.Quick ? 1_000 : HalfOpen))
        {
            await MeasureAsync("half-open connections");
        }

        using (Process resetting = StartResets(hub.Port))
        {
            await MeasureAsync("HTTP/2 rapid reset");
            resetting.Kill();
            await resetting.WaitForExitAsync(context.Cancellation);
        }

        figures.Add(new Figure("undisturbed afterwards: p99", Run().P99Ms, "ms"));
        return figures;

        async Task MeasureAsync(string attack)
        {
            await using var peak = new MemoryPeak(hub);
            CellFigures beside = Run();
            context.Tell($"{attack}: p99 {beside.P99Ms:N2} ms (undisturbed {baseline.P99Ms:N2} ms), hub {beside.CpuUs * beside.DeliveriesPerSecond / 1e4:N0} % of a core");
            figures.Add(new Figure($"{attack}: p99", beside.P99Ms, "ms"));
            figures.Add(new Figure($"{attack}: p99 ÷ undisturbed", beside.P99Ms / baseline.P99Ms, "×", new Target(AtMost: 2)));
            figures.Add(new Figure($"{attack}: memory at most", peak.Kb / 1024, "MB"));
        }
    }

    /// <summary>In a process of its own, and behind the load: attackers elsewhere would not take its core away either.</summary>
    private static Process StartResets(int port) => Process.Start(
        "nice", ["-n", "19", "dotnet", typeof(HostileScenario).Assembly.Location, ResetAttack.Name, port.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>For the slow readers.</summary>
    private static async Task PublishLargeAsync(int port)
    {
        using var http = new HttpClient();
        for (int i = 0; i < LargeEvents; i++)
        {
            using var body = new StringContent(new string('x', LargeEventBytes));
            using HttpResponseMessage answer = await http.PostAsync($"http://127.0.0.1:{port}/v1/events?topic=large", body);
            answer.EnsureSuccessStatusCode();
        }
    }
}
