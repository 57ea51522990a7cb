using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Longwave.Bench.Fanout;
using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>What patterns cost: a new topic with many ordinary patterns, and what others notice of streams at the limit of cost.</summary>
internal sealed class SelectorsScenario : IScenario
{
    private const int PatternsPerStream = 1_000;
    private const int Patterns = 10_000;
    private const int TopicsPerRequest = 5_000;
    private const int Subscribers = 500;
    private const int EventsPerSecond = 20;
    private const int DataBytes = 100;
    private const int NewTopicsPerSecond = 10;
    private const int LongTopic = 900;

    private static readonly Workload Steady = new($"{EventsPerSecond} a second", 0, EventsPerSecond);

    public string Name => "selectors";

    public string Question =>
        $"Two hubs, one with {Patterns:N0} ordinary patterns (templates with a literal prefix): the CPU of a hub per event, each to a new topic, measured in turns; the difference is what the patterns cost. Then {Subscribers} streams get {EventsPerSecond} events a second; the time from sending an event until a stream has it, which 99 % do not exceed, beside streams with {Patterns:N0} patterns that every topic meets, while {NewTopicsPerSecond} topics of {LongTopic} characters are new each second, and beside requests with patterns that are rejected. The hub has one core.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context) => [.. await NewTopicsAsync(context), .. await AttacksAsync(context)];

    private static async Task<IReadOnlyList<Figure>> NewTopicsAsync(BenchContext context)
    {
        (int topics, int patterns) = context.Quick ? (20_000, 2_000) : (100_000, Patterns);
        await using HubProcess plain = await HubProcess.StartAsync(context.NewDirectory());
        await using HubProcess matching = await HubProcess.StartAsync(context.NewDirectory());
        using var streams = new PatternStreams(matching.Port);
        for (int first = 0; first < patterns; first += PatternsPerStream)
        {
            await streams.OpenAsync(Enumerable.Range(first, PatternsPerStream).Select(static i => $"users/{i}/{{event}}"));
        }

        await PublishAsync(plain.Port, -1, TopicsPerRequest);
        await PublishAsync(matching.Port, -1, TopicsPerRequest);
        List<double> without = [];
        List<double> with = [];
        for (int round = 0, size = topics / 5; round < 5; round++)
        {
            without.Add(await CpuPerEventAsync(plain, round, size));
            with.Add(await CpuPerEventAsync(matching, round, size));
            context.Tell($"round {round + 1}: {without[^1]:N1} µs per new topic, with {patterns:N0} patterns {with[^1]:N1} µs");
        }

        return
        [
            Figure.Median("new topic: hub CPU without patterns", without, "µs"),
            Figure.Median($"new topic: hub CPU with {patterns:N0} patterns", with, "µs"),
            Figure.Median($"new topic: cost of {patterns:N0} patterns", with.Zip(without, static (a, b) => a - b), "µs", new Target(AtMost: 100)),
        ];
    }

    private static async Task<double> CpuPerEventAsync(HubProcess hub, int round, int topics)
    {
        double before = hub.CpuUs;
        await PublishAsync(hub.Port, round, topics);
        return (hub.CpuUs - before) / topics;
    }

    /// <summary>Publishes one event to each of so many new topics.</summary>
    private static async Task PublishAsync(int port, int round, int topics)
    {
        using var client = new HttpClient();
        for (int begin = 0; begin < topics; begin += TopicsPerRequest)
        {
            var lines = new StringBuilder();
            for (int topic = begin; topic < Math.Min(topics, begin + TopicsPerRequest); topic++)
            {
                lines.Append(CultureInfo.InvariantCulture, $$"""{"specversion":"1.0","id":"{{round}}/{{topic}}","source":"/bench","type":"new","topic":"users/{{topic % Patterns}}/{{round}}-{{topic}}","data":1}""").Append('\n');
            }

            using var body = new StringContent(lines.ToString(), new MediaTypeHeaderValue("application/x-ndjson"));
            using HttpResponseMessage answer = await client.PostAsync(new Uri($"http://127.0.0.1:{port}/v1/events"), body);
            if (!answer.IsSuccessStatusCode)
            {
                throw new BenchFailedException($"Topics could not be made: {await answer.Content.ReadAsStringAsync()}");
            }
        }
    }

    private static async Task<IReadOnlyList<Figure>> AttacksAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        Peer peer = PeerList.Hubs(park: true)[0];
        TimeSpan length = TimeSpan.FromSeconds(context.Quick ? 4 : 20);
        using PeerProcess hub = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        using var healthy = new Swarm();
        healthy.Open(hub.Port, _ => peer.Subscribe, Subscribers, 0);
        CellFigures Run() => FanoutLoad.Run(hub, healthy, Steady, DataBytes, length);
        Run();
        double before = hub.ResidentKb;
        double undisturbed = Run().P99Ms;
        List<Figure> figures = [new("undisturbed: p99", undisturbed, "ms")];
        (string Name, Func<int, CancellationToken, Task> RunAsync)[] attacks = [("open patterns and new long topics", OpenPatternsAsync), ("rejected patterns", RejectedAsync)];
        foreach ((string name, Func<int, CancellationToken, Task> attackAsync) in attacks)
        {
            await using var peak = new MemoryPeak(hub);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
            Task attacking = Task.Run(() => attackAsync(hub.Port, end.Token), CancellationToken.None);
            CellFigures beside = Run();
            await end.CancelAsync();
            await attacking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (attacking.IsFaulted)
            {
                throw new BenchFailedException($"{name}: {attacking.Exception.InnerException!.Message}");
            }

            context.Tell($"{name}: p99 {beside.P99Ms:N2} ms (undisturbed {undisturbed:N2} ms)");
            figures.Add(new($"{name}: p99", beside.P99Ms, "ms"));
            figures.Add(new($"{name}: p99 ÷ undisturbed", beside.P99Ms / undisturbed, "×", new Target(AtMost: 2)));
            figures.Add(new($"{name}: memory grew at most by", (peak.Kb - before) / 1024, "MB", new Target(AtMost: 64)));
        }

        return figures;
    }

    /// <summary>As many patterns as the hub accepts, each of which examines a whole topic, replays from the start, and new topics for them.</summary>
    private static async Task OpenPatternsAsync(int port, CancellationToken end)
    {
        using var streams = new PatternStreams(port);
        for (int first = 0; first < Patterns; first += PatternsPerStream)
        {
            await streams.OpenAsync(Enumerable.Range(first, PatternsPerStream).Select(static i => $"{{+a}}x{i}"), "since=earliest&");
        }

        using var client = new HttpClient();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            using var body = new StringContent("x");
            using HttpResponseMessage answer = await client.PostAsync(new Uri($"http://127.0.0.1:{port}/v1/events?topic={new string('a', LongTopic)}{i}"), body, end);
            answer.EnsureSuccessStatusCode();
            TimeSpan wait = TimeSpan.FromSeconds((i + 1.0) / NewTopicsPerSecond) - Stopwatch.GetElapsedTime(start);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, end);
        }
    }

    /// <summary>Requests with templates whose automata are too large, one after the other.</summary>
    private static async Task RejectedAsync(int port, CancellationToken end)
    {
        string query = string.Join('&', Enumerable.Range(0, 100).Select(static i => $"topic=%7Ba{i}:90%7D" + string.Concat(Enumerable.Range(0, 9).Select(static k => $"%7Bb{k}:90%7D"))));
        using var client = new HttpClient();
        while (!end.IsCancellationRequested)
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/v1/events?{query}"), end);
            if ((int)answer.StatusCode != 400)
            {
                throw new BenchFailedException($"The patterns were answered with {(int)answer.StatusCode}.");
            }
        }
    }
}
