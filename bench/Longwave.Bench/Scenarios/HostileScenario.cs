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
    private const int ResetConnections = 8;
    private const int LargeEvents = 10;
    private const int LargeEventBytes = 60_000;

    private static readonly Workload Steady = new($"{EventsPerSecond} a second", 0, EventsPerSecond);

    public string Name => "hostile";

    public string Question =>
        $"{Subscribers} streams get {EventsPerSecond} events a second; the time from sending an event until a stream has it, which 99 % do not exceed, undisturbed (the median of the times before, between and after) and beside each attack: {SlowConnections:N0} connections of slowhttptest (slow headers, slow bodies, slow readers), {HalfOpen:N0} half-open ones, one client that opens and resets HTTP/2 streams as fast as it can over one connection at a time, and over {ResetConnections}. The hub has one core, the load the other, and the attackers what the load leaves of it; being on the same machine they are exempt from the limits per address.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        Peer peer = PeerList.Hubs(park: true)[0];
        TimeSpan length = TimeSpan.FromSeconds(context.Quick ? 4 : 20);
        List<(string Name, Func<int, CancellationToken, Task> RunAsync)> attacks =
        [
            .. SlowHttp.Modes.Select(mode => ($"slowhttptest {mode}", (Func<int, CancellationToken, Task>)((port, end) =>
                SlowHttp.RunAsync(mode, new Uri($"http://127.0.0.1:{port}/"), SlowConnections, length + TimeSpan.FromSeconds(5), end)))),
            ("half-open connections", static (port, end) => Attacker.RunAsync(Attacker.HalfOpen, port, HalfOpen, end)),
            ("HTTP/2 rapid reset, one connection", static (port, end) => Attacker.RunAsync(Attacker.Resets, port, 1, end)),
            ($"HTTP/2 rapid reset, {ResetConnections} connections", static (port, end) => Attacker.RunAsync(Attacker.Resets, port, ResetConnections, end)),
        ];
        using PeerProcess hub = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        await PublishLargeAsync(hub.Port);
        using var healthy = new Swarm();
        healthy.Open(hub.Port, _ => peer.Subscribe, Subscribers, 0);
        CellFigures Run() => FanoutLoad.Run(hub, healthy, Steady, DataBytes, length);
        Run();
        double before = hub.ResidentKb;
        List<double> undisturbed = [];
        List<(string Name, double P99Ms, double PeakKb)> measured = [];
        foreach ((string name, Func<int, CancellationToken, Task> attackAsync) in attacks)
        {
            undisturbed.Add(Run().P99Ms);
            await using var peak = new MemoryPeak(hub);
            CellFigures beside = await BesideAsync(name, end => attackAsync(hub.Port, end), Run, context.Cancellation);
            context.Tell($"{name}: p99 {beside.P99Ms:N2} ms (undisturbed {undisturbed[^1]:N2} ms), hub {beside.CpuUs * beside.DeliveriesPerSecond / 1e4:N0} % of a core");
            measured.Add((name, beside.P99Ms, peak.Kb));
        }

        undisturbed.Add(Run().P99Ms);
        double baseline = Statistics.Median(undisturbed);
        return
        [
            .. measured.SelectMany(beside => (Figure[])
            [
                new($"{beside.Name}: p99", beside.P99Ms, "ms"),
                new($"{beside.Name}: p99 ÷ undisturbed", beside.P99Ms / baseline, "×", new Target(AtMost: 2)),
                new($"{beside.Name}: memory grew at most by", (beside.PeakKb - before) / 1024, "MB"),
            ]),
        ];
    }

    private static async Task<CellFigures> BesideAsync(string name, Func<CancellationToken, Task> attack, Func<CellFigures> run, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task attacking = Task.Run(() => attack(end.Token), CancellationToken.None);
        CellFigures beside = run();
        await end.CancelAsync();
        await attacking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return attacking.IsFaulted ? throw new BenchFailedException($"{name}: {attacking.Exception.InnerException!.Message}") : beside;
    }

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
