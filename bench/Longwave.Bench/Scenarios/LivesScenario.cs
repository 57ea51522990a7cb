using System.Net.Http.Json;
using System.Text.Json;
using Longwave.BadDays.Tests.Lives;
using Longwave.Bench.Fanout;
using Longwave.Bench.Hubs;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>What a million connections of all kinds leave behind, and what healthy clients notice of them.</summary>
internal sealed class LivesScenario : IScenario
{
    private const int Subscribers = 500;
    private const int EventsPerSecond = 20;
    private const int DataBytes = 100;
    private const int StreamsPerAddress = 500;
    private const int LargeEvents = 10;
    private const int LargeEventBytes = 60_000;
    private const int Seed = 12;
    private const int WarmUpLives = 5;

    /// <summary>Kinds between two measurements without them.</summary>
    private const int KindsPerBaseline = 10;

    /// <summary>Time for the hub to release everything: longer than its grace for connections that the web server has forgotten.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Workload Steady = new($"{EventsPerSecond} a second", 0, EventsPerSecond);

    private static readonly string[] Columns = ["connections", "lives", "lives/s", "p99 ms", "p99 ÷ undisturbed", "sockets left", "streams left"];

    public string Name => "hostile-lives";

    public string Question =>
        $"A million connections of {LifeKinds.All.Count} kinds: each phase of a connection with each way to end it, over HTTP/1.0, HTTP/1.1, HTTP/2 and TLS; first kind by kind, then all in turns. Afterwards the hub must have the descriptors, streams and free places that it had before; the places are counted by taking all of them. Meanwhile {Subscribers} streams get {EventsPerSecond} events a second; p99 is the time from sending an event until a stream has it, which 99 % do not exceed. The hub has one core, the load the other, and the connections what the load leaves of it; no limit of a rate applies to them.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        var limits = new LifeLimits(StreamsPerAddress);
        int tlsPort = PeerProcess.FreePort();
        using PeerProcess hub = await PeerProcess.StartAsync(Hub(limits, tlsPort), context.NewDirectory(), context.Cancellation);
        await PublishLargeAsync(hub.Port);
        var target = new LifeTarget(hub.Port, tlsPort, await HubCounts.EpochAsync(hub.Port), limits);
        await LifeProcess.RunAsync(target, null, WarmUpLives, Subscribers, Seed, context.Cancellation);
        if (await HubPlaces.SettleAsync(target, Patience) is var free && free != HubPlaces.All(limits))
        {
            throw new BenchFailedException($"Before the first connection, the hub has other places than {HubPlaces.All(limits)}: {free}.");
        }

        HubCounts before = await HubCounts.ReadAsync(hub.Id, hub.Port);
        double beforeKb = hub.ResidentKb;
        List<double> undisturbed = [];
        List<KindFigures> kinds = [];
        using (var healthy = new Swarm())
        {
            healthy.Open(hub.Port, _ => hub.Peer.Subscribe, Subscribers, 0);
            CellFigures Run(Func<TimeSpan, bool> goesOn) => FanoutLoad.Run(hub, healthy, Steady, DataBytes, goesOn);
            await MeasureAsync(context, hub, target, Run, undisturbed, kinds);
        }

        HubCounts after = await HubCounts.SettleAsync(hub.Id, hub.Port, before, Patience);
        HubPlaces places = await HubPlaces.SettleAsync(target, Patience);
        double afterKb = hub.ResidentKb;
        int executed = await CountBehindAsync(hub.Port);
        double baseline = Statistics.Median(undisturbed);
        context.Show(new ResultGrid("Connections by kind, and healthy streams beside them", Columns, [.. kinds.Select(kind => kind.ToRow(baseline))]));
        HubPlaces all = HubPlaces.All(limits);
        var none = new Target(AtMost: 0);
        return
        [
            new("lives", kinds.Sum(static kind => kind.Outcome.Ended + kind.Outcome.Failed), "connections"),
            new("lives that did not end as they must", kinds.Sum(static kind => kind.Outcome.Failed), "connections", none),
            new("descriptors left", after.Descriptors - before.Descriptors, "descriptors", none),
            new("sockets left", after.Sockets - before.Sockets, "sockets", none),
            new("streams left", Math.Max(after.Streams, after.Listed), "streams", none),
            new("places of streams missing", all.Streams - places.Streams, "places", none),
            new("places of connections missing", all.Connections - places.Connections, "places", none),
            new("places of patterns missing", all.Patterns - places.Patterns, "places", none),
            new("room for bodies missing", all.BodyBytes - places.BodyBytes, "bytes", none),
            new("publishes behind a stream or poll that were executed", executed, "events", none),
            new("memory grew by", (afterKb - beforeKb) / 1024, "MB", new Target(AtMost: 64)),
            new("undisturbed: p99", baseline, "ms"),
            new("p99 ÷ undisturbed, median of the kinds", Statistics.Median(kinds.Select(kind => kind.P99Ms / baseline)), "×"),
            new("p99 ÷ undisturbed, highest of the kinds", kinds.Max(kind => kind.P99Ms / baseline), "×"),
        ];
    }

    /// <summary>Runs kind after kind, and then all in turns, beside the healthy streams.</summary>
    private static async Task MeasureAsync(
        BenchContext context, PeerProcess hub, LifeTarget target, Func<Func<TimeSpan, bool>, CellFigures> run, List<double> undisturbed, List<KindFigures> kinds)
    {
        // 40 × 20,000 + 40 × 5,000 = 1,000,000. A silent connection takes seconds, so more of them are open at once.
        (int lives, int mixedLives) = context.Quick ? (25, 5) : (20_000, 5_000);
        (int busyAtOnce, int silentAtOnce, int mixedAtOnce) = context.Quick ? (100, 200, 200) : (240, 3_200, 1_600);
        TimeSpan length = TimeSpan.FromSeconds(context.Quick ? 2 : 10);
        run(elapsed => elapsed < length);
        HubCounts idle = await HubCounts.ReadAsync(hub.Id, hub.Port);
        for (int kind = 0; kind <= LifeKinds.All.Count; kind++)
        {
            if (kind % KindsPerBaseline == 0)
            {
                undisturbed.Add(run(elapsed => elapsed < length).P99Ms);
            }

            LifeKind? one = kind < LifeKinds.All.Count ? LifeKinds.All[kind] : null;
            int atOnce = one is null ? mixedAtOnce : one.End == LifeEnd.Silence ? silentAtOnce : busyAtOnce;
            Task<LifeOutcome> living = LifeProcess.RunAsync(target, one is null ? null : kind, one is null ? mixedLives : lives, atOnce, Seed + kind, context.Cancellation);
            double p99 = run(_ => !living.IsCompleted).P99Ms;
            LifeOutcome outcome = await living;
            HubCounts left = await HubCounts.SettleAsync(hub.Id, hub.Port, idle, Patience);
            kinds.Add(new KindFigures(one?.ToString() ?? "all kinds in turns", outcome, p99, left.Sockets - idle.Sockets, left.Streams - idle.Streams));
            context.Tell(kinds[^1].ToString());
            foreach (string failure in outcome.Failures)
            {
                context.Tell(failure);
            }
        }

        undisturbed.Add(run(elapsed => elapsed < length).P99Ms);
    }

    private static Peer Hub(LifeLimits limits, int tlsPort)
    {
        Peer plain = PeerList.Hub(PeerNames.Longwave, park: null);
        return plain with
        {
            Command = (port, directory) => [.. plain.Command(port, directory), "--urls", $"https://127.0.0.1:{tlsPort}", .. LifeCertificate.Write(Path.Combine(directory, "tls"))],
            Settings = limits.Configuration.ToDictionary(static option => "LONGWAVE__" + option.Key.Replace(":", "__", StringComparison.Ordinal), static option => option.Value),
        };
    }

    private static async Task PublishLargeAsync(int port)
    {
        using var http = new HttpClient();
        for (int i = 0; i < LargeEvents; i++)
        {
            using var body = new StringContent(new string('x', LargeEventBytes));
            using HttpResponseMessage answer = await http.PostAsync(new Uri($"http://127.0.0.1:{port}/v1/events?topic={LifeTarget.LargeTopic}"), body);
            answer.EnsureSuccessStatusCode();
        }
    }

    private static async Task<int> CountBehindAsync(int port)
    {
        using var http = new HttpClient();
        JsonElement topics = await http.GetFromJsonAsync<JsonElement>(new Uri($"http://127.0.0.1:{port}/v1/topics?topic={LifeTarget.BehindTopic}"));
        return topics.GetProperty("topics").GetArrayLength();
    }

    /// <summary>What was measured beside one kind.</summary>
    private sealed record KindFigures(string Name, LifeOutcome Outcome, double P99Ms, int SocketsLeft, int StreamsLeft)
    {
        public GridRow ToRow(double baseline) => new(Name, [Outcome.Ended + Outcome.Failed, LivesPerSecond, P99Ms, P99Ms / baseline, SocketsLeft, StreamsLeft]);

        public override string ToString() =>
            $"{Name}: {Outcome.Ended:N0} lives, {Outcome.Failed:N0} failed, {LivesPerSecond:N0} per second; p99 {P99Ms:N1} ms; left: {SocketsLeft} sockets, {StreamsLeft} streams";

        private double LivesPerSecond => (Outcome.Ended + Outcome.Failed) / Outcome.Seconds;
    }
}
