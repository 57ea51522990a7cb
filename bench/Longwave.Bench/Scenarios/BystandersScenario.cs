using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Longwave.Bench.Fanout;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>Whether deliveries cost more beside topics and streams that they have nothing to do with.</summary>
internal sealed class BystandersScenario : IScenario
{
    private const int Subscribers = 2_000;
    private const int DataBytes = 100;
    private const int TopicsPerRequest = 10_000;
    private const int Rounds = 9;

    public string Name => "fanout-bystanders";

    public string Question =>
        $"Three hubs, each with {Subscribers:N0} streams of one topic, measured in turns in lockstep: one as it is, one with 100,000 further topics, one with 10,000 further streams of other topics. The medians of the rounds' ratios.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        List<Figure> figures = [];
        foreach (Peer peer in PeerList.Hubs(context.Park))
        {
            figures.AddRange(await MeasureAsync(context, peer));
        }

        return figures;
    }

    private static async Task<IEnumerable<Figure>> MeasureAsync(BenchContext context, Peer peer)
    {
        (int topics, int streams) = context.Quick ? (10_000, 1_000) : (100_000, 10_000);
        using PeerProcess plain = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        using PeerProcess withTopics = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        using PeerProcess withStreams = await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation);
        await FillTopicsAsync(withTopics.Port, topics, context.Cancellation);
        using var idle = new Swarm();
        idle.Open(withStreams.Port, i => $"/v1/events?topic=idle/{i}", streams, 0);
        PeerProcess[] hubs = [plain, withTopics, withStreams];
        Swarm[] swarms = [.. hubs.Select(_ => new Swarm())];
        List<double>[] cpuUs = [.. hubs.Select(_ => new List<double>())];
        try
        {
            for (int hub = 0; hub < hubs.Length; hub++)
            {
                swarms[hub].Open(hubs[hub].Port, _ => peer.Subscribe, Subscribers, 0);
                FanoutLoad.Run(hubs[hub], swarms[hub], Workload.Lockstep, DataBytes, context.WarmUp);
            }

            for (int round = 0; round < Rounds; round++)
            {
                for (int turn = 0; turn < hubs.Length; turn++)
                {
                    // Who is first changes, so that a drift of the machine hits all the same.
                    int hub = (round + turn) % hubs.Length;
                    cpuUs[hub].Add(FanoutLoad.Run(hubs[hub], swarms[hub], Workload.Lockstep, DataBytes, context.Round / 4).CpuUs);
                }

                context.Tell($"{peer.Name}, round {round + 1}: {cpuUs[0][^1]:N2}, {cpuUs[1][^1]:N2} and {cpuUs[2][^1]:N2} µs");
            }
        }
        finally
        {
            Array.ForEach(swarms, static swarm => swarm.Dispose());
        }

        Figure Ratio(string what, int hub) => Figure.Median(
            $"{peer.Name}: CPU per delivery with {what} ÷ without", cpuUs[hub].Zip(cpuUs[0], static (with, without) => with / without), "×", new Target(AtMost: 1.1));
        return
        [
            Figure.Median($"{peer.Name}: CPU per delivery", cpuUs[0], "µs"),
            Ratio($"{topics:N0} idle topics", 1),
            Ratio($"{streams:N0} idle streams", 2),
        ];
    }

    /// <summary>One event in each of so many topics.</summary>
    private static async Task FillTopicsAsync(int port, int topics, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        for (int begin = 0; begin < topics; begin += TopicsPerRequest)
        {
            var lines = new StringBuilder();
            for (int topic = begin; topic < begin + TopicsPerRequest; topic++)
            {
                lines.Append(CultureInfo.InvariantCulture, $$"""{"specversion":"1.0","id":"{{topic}}","source":"/bench","type":"idle","topic":"idle/{{topic}}","data":1}""").Append('\n');
            }

            using var body = new StringContent(lines.ToString(), new MediaTypeHeaderValue("application/x-ndjson"));
            using HttpResponseMessage answer = await client.PostAsync(new Uri($"http://127.0.0.1:{port}/v1/events"), body, cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                throw new BenchFailedException($"Topics could not be made: {await answer.Content.ReadAsStringAsync(cancellation)}");
            }
        }
    }
}
