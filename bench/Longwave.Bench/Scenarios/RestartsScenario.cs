using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwave.Bench.Clients;
using Longwave.Bench.Hubs;
using Longwave.Bench.Results;
using Longwave.Client;
using Longwave.Client.Connections;
using Longwave.Client.Publishing;
using Longwave.Client.Subscriptions;

namespace Longwave.Bench.Scenarios;

/// <summary>A hub that dies every two seconds while events are published and followed.</summary>
internal sealed class RestartsScenario : IScenario
{
    private const int Followers = 4;
    private const int BatchEvents = 10;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Name => "restarts";

    public string Question =>
        "A hub is killed (SIGKILL) every 2 s for 2 minutes and started again on its log, while one .NET client publishes numbered events and four follow them: what is lost, doubled or out of order?";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        string directory = context.NewDirectory();
        int port = FreePort();
        var address = $"http://127.0.0.1:{port}";
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        await using var client = new LongwaveClient(address);
        NumberListener[] listeners = [.. Enumerable.Range(0, Followers).Select(_ => new NumberListener(client, Follow))];
        Task[] listening = [.. listeners.Select(listener => listener.ListenAsync(leaving.Token))];
        using var enough = new CancellationTokenSource();
        Task<(long Published, long Retries)> publishing = PublishAsync(client, enough.Token, context.Cancellation);

        int restarts = 0;
        long started = Stopwatch.GetTimestamp();
        TimeSpan length = TimeSpan.FromSeconds(context.Quick ? 10 : 120);
        HubProcess hub = await HubProcess.StartAsync(directory, port);
        while (Stopwatch.GetElapsedTime(started) < length)
        {
            await context.WaitAsync(Between);
            await hub.KillAsync();
            await hub.DisposeAsync();
            hub = await HubProcess.StartAsync(directory, port);
            restarts++;
        }

        await using (hub)
        {
            await enough.CancelAsync();
            (long published, long retries) = await publishing;
            await UntilAsync(context, () => listeners.All(l => l.Seen >= published));

            // Had anything come twice at the very end, it would come now.
            await context.WaitAsync(TimeSpan.FromSeconds(1));
            await leaving.CancelAsync();
            await Task.WhenAll(listening);
            return
            [
                new Figure("restarts", restarts, ""),
                new Figure("events published", published, "events"),
                new Figure("publish requests sent again", retries, ""),
                new Figure("connections of all followers", listeners.Sum(l => l.Connections), ""),
                new Figure("events lost, all followers", listeners.Sum(l => l.Lost), "events", new Target(Below: 1)),
                new Figure("events doubled or out of order, all followers", listeners.Sum(l => l.Doubled), "events", new Target(Below: 1)),
                new Figure("gaps and resets told", listeners.Sum(l => l.Notices), "", new Target(Below: 1)),
            ];
        }
    }

    /// <summary>The cap is low because the hub is never away for long; the floor is the hub's own.</summary>
    private static SubscriptionOptions Follow => new()
    {
        Selectors = ["bench/restarts"],
        Since = SubscriptionOptions.Earliest,
        Reconnect = new ReconnectOptions { MinDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(2) },
    };

    private static async Task<(long Published, long Retries)> PublishAsync(LongwaveClient client, CancellationToken enough, CancellationToken cancellation)
    {
        long published = 0;
        long retries = 0;
        var options = new PublishOptions
        {
            MinDelay = TimeSpan.FromMilliseconds(20),
            MaxDelay = TimeSpan.FromMilliseconds(500),
            Retrying = _ => retries++,
        };
        while (!enough.IsCancellationRequested)
        {
            OutgoingEvent[] batch =
                [.. Enumerable.Range(0, BatchEvents).Select(i => new OutgoingEvent("bench/restarts", (published + i).ToString(CultureInfo.InvariantCulture)))];
            await client.PublishBatchAsync(batch, options, cancellation);
            published += BatchEvents;
        }

        return (published, retries);
    }

    private static async Task UntilAsync(BenchContext context, Func<bool> reached)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!reached())
        {
            if (patience.IsCancellationRequested)
            {
                throw new BenchFailedException($"Not every follower had every event after {Patience}.");
            }

            await context.WaitAsync(TimeSpan.FromMilliseconds(100));
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
