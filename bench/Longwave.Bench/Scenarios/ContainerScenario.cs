using Longwave.Bench.Containers;
using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>Whether a hub survives loads within the memory of a small container, and what a bystander notices.</summary>
internal sealed class ContainerScenario : IScenario
{
    private static readonly int[] LimitsMb = [256, 512, 1_024];

    public string Name => "container";

    public string Question =>
        "A hub in a container of podman with 256, 512 and 1,024 MB, on one core; the bystander has the other core, and the load what it leaves of it. A bystander publishes 20 events a second and has a stream of them: undisturbed, and beside each load. The kernel never kills a process of the container; each publish is accepted and delivered, or rejected with `Retry-After`; the time from sending an event until the stream has it, which 99 % do not exceed, beside the load and undisturbed.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        using CorePin pin = CorePin.Load();
        await HubContainer.BuildImageAsync(Path.Combine(context.Scratch, "image"));
        try
        {
            List<Figure> figures = [];
            foreach (int limit in LimitsMb)
            {
                await using HubContainer hub = await HubContainer.StartAsync(limit, context.NewDirectory());
                figures.AddRange(await MeasureAsync(context, hub, limit));
            }

            return figures;
        }
        finally
        {
            await HubContainer.RemoveImageAsync();
        }
    }

    private static async Task<IEnumerable<Figure>> MeasureAsync(BenchContext context, HubContainer hub, int limit)
    {
        TimeSpan length = TimeSpan.FromSeconds(context.Quick ? 4 : 15);
        await ContainerLoad.PublishEventsAsync(hub.Port);
        using Bystander bystander = await Bystander.OpenAsync(hub.Port);
        await bystander.RunAsync(length / 2);
        double undisturbed = (await bystander.RunAsync(length)).P99Ms;
        List<Figure> figures = [new($"{limit} MB, undisturbed: p99", undisturbed, "ms")];
        foreach (ContainerLoad load in ContainerLoad.All)
        {
            BystanderFigures beside = await BesideAsync(load, hub, bystander, length, context.Cancellation);
            (bool isRunning, string state) = await hub.InspectAsync();
            if (!isRunning)
            {
                throw new BenchFailedException($"{limit} MB, {load.Name}: the container ended ({state}).");
            }

            context.Tell($"{limit} MB, {load.Name}: {beside.Accepted} accepted, {beside.Rejected} rejected, {beside.Untold} without an answer, {beside.Lost} lost; p99 {beside.P99Ms:N1} ms (undisturbed {undisturbed:N1} ms)");
            string name = $"{limit} MB, {load.Name}";
            figures.Add(new($"{name}: publishes accepted", 100.0 * beside.Accepted / (beside.Accepted + beside.Rejected + beside.Untold), "%"));
            figures.Add(new($"{name}: publishes lost or without an answer", beside.Untold + beside.Lost, "", new Target(AtMost: 0)));
            if (beside.LatenciesMs.Count > 0)
            {
                figures.Add(new($"{name}: p99 ÷ undisturbed", beside.P99Ms / undisturbed, "×", new Target(AtMost: 2)));
            }

            // Until the hub has ended the streams and connections of the load.
            await context.WaitAsync(context.Settle);
        }

        figures.Add(new($"{limit} MB: most memory of the control group", hub.PeakMb, "MB", new Target(AtMost: limit)));
        figures.Add(new($"{limit} MB: processes killed", hub.Kills, "", new Target(AtMost: 0)));
        figures.Add(new($"{limit} MB: connections of the bystander's stream", bystander.Connections, ""));
        return figures;
    }

    private static async Task<BystanderFigures> BesideAsync(ContainerLoad load, HubContainer hub, Bystander bystander, TimeSpan length, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task loading = Attacker.RunAsync(load.Name, hub.Port, 1, end.Token);
        BystanderFigures beside = await bystander.RunAsync(length);
        await end.CancelAsync();
        await loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return loading.IsFaulted ? throw new BenchFailedException($"{load.Name}: {loading.Exception.InnerException!.Message}") : beside;
    }
}
