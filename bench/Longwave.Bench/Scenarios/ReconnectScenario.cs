using System.Globalization;
using Longwave.Bench.Clients;
using Longwave.Bench.Hubs;
using Longwave.Bench.Results;
using Longwave.Client;
using Longwave.Client.Subscriptions;

namespace Longwave.Bench.Scenarios;

/// <summary>A herd of clients that loses its hub in one moment.</summary>
internal sealed class ReconnectScenario : IScenario
{
    private const int EventsMeanwhile = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Name => "reconnect";

    public string Question =>
        "2,000 clients of the .NET SDK whose connections are cut in one moment (once; hub and SDK with their defaults): when do they come back, and do they get what was published meanwhile?";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        int clients = context.Quick ? 200 : 2_000;
        await using HubProcess hub = await HubProcess.StartAsync(context.NewDirectory());
        using var network = new CuttableNetwork();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        var address = new Uri($"http://127.0.0.1:{hub.Port}");
        await using var client = new LongwaveClient(address, network.Http);
        await using var publisher = new LongwaveClient(address.ToString());
        NumberListener[] listeners =
            [.. Enumerable.Range(0, clients).Select(_ => new NumberListener(client, new SubscriptionOptions { Selectors = ["bench/herd"] }))];
        Task[] listening = [.. listeners.Select(listener => listener.ListenAsync(leaving.Token))];
        await UntilAsync(context, () => listeners.All(l => l.Connections == 1));
        context.Tell($"{clients} streams are open");

        network.Cut();
        for (int i = 0; i < EventsMeanwhile; i++)
        {
            await publisher.PublishAsync("bench/herd", i.ToString(CultureInfo.InvariantCulture), context.Cancellation);
        }

        await UntilAsync(context, () => listeners.All(l => l.Seen == EventsMeanwhile));
        IReadOnlyList<double> connects = network.ConnectsSinceCut;
        await leaving.CancelAsync();
        await Task.WhenAll(listening);

        var histogram = new Histogram(connects, 0.25);
        double window = histogram.Last - histogram.First;
        double mean = connects.Count / window;
        int peak = Histogram.Peak(connects);
        string title = string.Create(CultureInfo.InvariantCulture, $"{clients:N0} .NET clients after a cut: new connections");
        context.Show(Name + ".svg", histogram.ToSvg(title, mean));
        return
        [
            new Figure("connections made after the cut", connects.Count, ""),
            new Figure("first of them", histogram.First, "s"),
            new Figure("last of them", histogram.Last, "s"),
            new Figure("mean over that window", mean, "connects/s"),
            new Figure("most in one second", peak, "connects/s"),
            new Figure("most in one second, in means", peak / mean, "", new Target(Below: 2)),
            new Figure("events lost, all clients", listeners.Sum(l => l.Lost), "events", new Target(Below: 1)),
            new Figure("events doubled, all clients", listeners.Sum(l => l.Doubled), "events", new Target(Below: 1)),
        ];
    }

    private static async Task UntilAsync(BenchContext context, Func<bool> reached)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!reached())
        {
            if (patience.IsCancellationRequested)
            {
                throw new BenchFailedException($"Not every client had what it should have after {Patience}.");
            }

            await context.WaitAsync(TimeSpan.FromMilliseconds(100));
        }
    }
}
