using System.Diagnostics;
using System.Text.Json;
using Longwave.Bench.Hubs;
using Longwave.Bench.Load;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>What clients of the Mercure protocol wait for.</summary>
internal sealed class MercureScenario : IScenario
{
    private const string Path = "/.well-known/mercure";
    private const int TopicCount = 100;
    private const int Publishers = 64;
    private const int BufferBytes = 1024 * 1024;
    private const int ListRounds = 50;
    private const int FirstClients = 100;

    public string Name => "mercure";

    public string Question =>
        $"A log of 100,000 updates over {TopicCount} topics, each with a random (UUID) id of its publisher: time from connecting with one of these ids until the first byte of the first update after it; a replay of 50,000 updates on one stream; and, with 10,000 subscribers, the time of the whole list of subscriptions and what it does to memory.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        int updates = context.Quick ? 10_000 : 100_000;
        string directory = context.NewDirectory();
        Directory.CreateDirectory(directory);
        var figures = new List<Figure>();
        await using (HubProcess hub = await HubProcess.StartAsync(directory))
        {
            figures.AddRange(await ResumeAsync(hub, updates, context));
        }

        string configuration = directory + "-mercure.json";
        await File.WriteAllTextAsync(configuration, """{"Mercure":{"Subscriptions":true}}""", context.Cancellation);
        await using (HubProcess hub = await HubProcess.StartAsync(directory, configuration: configuration))
        {
            figures.AddRange(await ListAsync(hub, context));
        }

        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> ResumeAsync(HubProcess hub, int updates, BenchContext context)
    {
        using HttpClient http = Client(hub);
        long start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, updates), new ParallelOptions { MaxDegreeOfParallelism = Publishers, CancellationToken = context.Cancellation }, async (n, cancellation) => await PublishAsync(http, n, cancellation));
        double rate = updates / Stopwatch.GetElapsedTime(start).TotalSeconds;
        context.Tell($"{updates:N0} updates published");
        List<double> first = Resume(hub, updates, FirstClients);
        List<double> resumes = Resume(hub, updates, context.Quick ? 200 : 2_000);
        (double replayMs, int replayed) = await ReplayAsync(hub, http, updates, context.Cancellation);
        return
        [
            new Figure("resume after a random id: first byte p50", Statistics.Percentile(resumes, 0.5), "ms"),
            new Figure("resume after a random id: first byte p99", Statistics.Percentile(resumes, 0.99), "ms", new Target(Below: 20)),
            new Figure("resume after a random id: first byte max", resumes.Max(), "ms"),
            new Figure($"the first {FirstClients} clients after the start, whose code is being compiled: first byte p99", Statistics.Percentile(first, 0.99), "ms"),
            new Figure("updates replayed on one stream, which went on live", replayed, "updates", new Target(AtLeast: updates / 2)),
            new Figure("the same: time", replayMs, "ms"),
            new Figure($"single updates with ids, {Publishers} at a time", rate, "updates/s"),
        ];
    }

    private static HttpClient Client(HubProcess hub) => new() { BaseAddress = new Uri($"http://127.0.0.1:{hub.Port}") };

    private static string Id(int n) => $"urn:uuid:{new Guid(n, 0x5bd1, 0x4e99, [0x80, (byte)(n * 7), (byte)(n >> 3), (byte)n, 1, 2, 3, 4])}";

    private static async Task PublishAsync(HttpClient http, int n, CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent(
        [
            new("topic", $"https://example.com/t{n % TopicCount}"), new("id", Id(n)), new("data", $"update {n}: {new string('x', 100)}"),
        ]);
        using HttpResponseMessage response = await http.PostAsync(Path, form, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new BenchFailedException($"Publishing answered {(int)response.StatusCode}.");
        }
    }

    /// <summary>Every id is equally likely, except those of the last updates: a topic may have no update after them.</summary>
    private static List<double> Resume(HubProcess hub, int updates, int samples)
    {
        var random = new Random(1);
        byte[] buffer = new byte[BufferBytes];
        return [.. Enumerable.Range(0, samples).Select(_ =>
        {
            int n = random.Next(updates - (20 * TopicCount));
            return ResumeProbe.Measure(hub.Port, $"topic={Uri.EscapeDataString($"https://example.com/t{n % TopicCount}")}", Id(n), buffer, Path);
        })];
    }

    private static async Task<(double Ms, int Count)> ReplayAsync(HubProcess hub, HttpClient http, int updates, CancellationToken cancellation)
    {
        // The order of the log, as the hub gives it: half of it lies after the id in the middle.
        string[] order = ReadIds(hub, "earliest", updates, out _);
        string[] half = ReadIds(hub, order[(updates / 2) - 1], updates / 2, out (StreamSocket Stream, double Ms) open);
        using StreamSocket stream = open.Stream;
        if (!half.AsSpan().SequenceEqual(order.AsSpan(updates / 2)))
        {
            throw new BenchFailedException("The replay is not what follows in the log.");
        }

        await PublishAsync(http, updates, cancellation);
        byte[] buffer = new byte[64 * 1024];
        while (!System.Text.Encoding.UTF8.GetString(buffer, 0, stream.Receive(buffer)).Contains(Id(updates), StringComparison.Ordinal))
        {
        }

        return (open.Ms, half.Length);
    }

    private static string[] ReadIds(HubProcess hub, string after, int count, out (StreamSocket Stream, double Ms) open)
    {
        long start = Stopwatch.GetTimestamp();
        StreamSocket stream = StreamSocket.Open(hub.Port, "topic=*", after, Path);
        var ids = new List<string>(count);
        byte[] buffer = new byte[BufferBytes];
        string rest = "";
        while (ids.Count < count)
        {
            rest += System.Text.Encoding.UTF8.GetString(buffer, 0, stream.Receive(buffer));
            string[] lines = rest.Split('\n');
            rest = lines[^1];
            ids.AddRange(lines[..^1].Where(static line => line.StartsWith("id: urn:", StringComparison.Ordinal)).Select(static line => line[4..].TrimEnd('\r')));
        }

        open = (stream, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return [.. ids];
    }

    private static async Task<IReadOnlyList<Figure>> ListAsync(HubProcess hub, BenchContext context)
    {
        using HttpClient http = Client(hub);
        int subscribers = context.Quick ? 1_000 : 10_000;
        var streams = new List<StreamSocket>(subscribers);
        try
        {
            byte[] buffer = new byte[4 * 1024];
            for (int n = 0; n < subscribers; n++)
            {
                StreamSocket stream = StreamSocket.Open(hub.Port, $"topic={Uri.EscapeDataString($"https://example.com/live/{n % TopicCount}")}", null, Path);
                stream.Receive(buffer);
                streams.Add(stream);
            }

            await context.WaitAsync(context.Settle);
            double before = hub.ResidentMb;
            var times = new List<double>();
            int listed = 0;
            for (int round = 0; round < ListRounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                byte[] body = await http.GetByteArrayAsync($"{Path}/subscriptions", context.Cancellation);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                using JsonDocument list = JsonDocument.Parse(body);
                listed = list.RootElement.GetProperty("subscriptions").GetArrayLength();
            }

            return
            [
                new Figure("subscriptions listed", listed, "subscriptions", new Target(AtLeast: subscribers)),
                new Figure("the list: p50", Statistics.Percentile(times, 0.5), "ms"),
                new Figure("the list: max", times.Max(), "ms", new Target(Below: 200)),
                new Figure($"resident memory with {subscribers:N0} subscribers", before, "MB"),
                new Figure($"grown by {ListRounds} lists", hub.ResidentMb - before, "MB", new Target(Below: 50)),
            ];
        }
        finally
        {
            streams.ForEach(static stream => stream.Dispose());
        }
    }
}
