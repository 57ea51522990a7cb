using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Longwave.BadDays.Tests.Attacks;
using Longwave.Bench.Hubs;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>How long the hub takes to end beside attackers.</summary>
internal sealed class StopScenario : IScenario
{
    private const int Topics = 20_000;
    private const int TopicsPerRequest = 5_000;
    private const int TopicCharacters = 200;
    private const int LargeEvents = 10;
    private const int LargeEventBytes = 60_000;

    /// <summary>Default drain window, the time after it for streams that do not end, and the default grace of the web server, in seconds.</summary>
    private const int MostSeconds = 10 + 5 + 5;

    public string Name => "hostile-stop";

    public string Question =>
        $"Time from SIGTERM until the process has ended, with default options: without clients, and beside streams with costly patterns that replay {Topics:N0} topics, polls that are not read, half-open connections and HTTP/2 rapid reset at once.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        int rounds = context.FewRounds;
        List<double> alone = [];
        List<double> beside = [];
        for (int round = 0; round < rounds; round++)
        {
            alone.Add(await StopAsync(context, isAttacked: false));
            beside.Add(await StopAsync(context, isAttacked: true));
            context.Tell($"round {round + 1}: {alone[^1]:N1} s, beside attackers {beside[^1]:N1} s");
        }

        return
        [
            Figure.Median("SIGTERM until the end, without clients", alone, "s"),
            new Figure("SIGTERM until the end, beside attackers, longest", beside.Max(), "s", new Target(AtMost: MostSeconds), beside),
        ];
    }

    private static async Task<double> StopAsync(BenchContext context, bool isAttacked)
    {
        HubProcess hub = await HubProcess.StartAsync(context.NewDirectory());
        await using (hub)
        {
            await PublishAsync(hub.Port);
            CombinedAttack? attack = isAttacked ? await CombinedAttack.StartAsync("127.0.0.1", hub.Port) : null;
            await using (attack)
            {
                // Lets the attackers reach the state in which they keep the hub busy.
                await context.WaitAsync(context.Settle);
                long start = Stopwatch.GetTimestamp();
                await hub.StopAsync();
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
    }

    private static async Task PublishAsync(int port)
    {
        using var http = new HttpClient();
        var address = new Uri($"http://127.0.0.1:{port}/v1/events");
        string prefix = new('a', TopicCharacters);
        for (int first = 0; first < Topics; first += TopicsPerRequest)
        {
            var lines = new StringBuilder();
            for (int topic = first; topic < first + TopicsPerRequest; topic++)
            {
                lines.Append(CultureInfo.InvariantCulture, $$"""{"topic":"{{prefix}}{{topic}}","data":"x"}""").Append('\n');
            }

            using var body = new StringContent(lines.ToString(), new MediaTypeHeaderValue("application/x-ndjson"));
            using HttpResponseMessage answer = await http.PostAsync(address, body);
            answer.EnsureSuccessStatusCode();
        }

        for (int i = 0; i < LargeEvents; i++)
        {
            using var body = new StringContent(new string('x', LargeEventBytes));
            using HttpResponseMessage answer = await http.PostAsync(new Uri($"{address}?topic={CombinedAttack.LargeTopic}"), body);
            answer.EnsureSuccessStatusCode();
        }
    }
}
