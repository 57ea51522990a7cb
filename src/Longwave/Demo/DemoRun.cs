using System.Globalization;
using Longwave.Arguments;
using Longwave.Client;
using Longwave.Hubs;
using Longwave.Publish;
using Longwave.Terminals;

namespace Longwave.Demo;

/// <summary>Runs <c>longwave demo</c> after its command line was validated.</summary>
internal sealed class DemoRun(DemoSet set, Pace pace, bool loop, bool quiet, HubAddress address, Terminal terminal)
{
    /// <summary>Retry time of a request; long enough for restarts of a hub that is being tried out.</summary>
    private static readonly TimeSpan RetryFor = TimeSpan.FromMinutes(5);

    /// <summary>Publishes the data and returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        IReadOnlyList<DemoEvent> events = set.Load();
        await using LongwaveClient hub = HubClients.Create(address, terminal);
        var progress = new ProgressReport(terminal.Clock, loop ? null : events.Count);
        var view = new ProgressView(terminal, "Publishing", progress, quiet, besideOutput: false);
        var sender = new EventSender(hub, RetryFor, waitForHub: false, view.Say);
        var player = new DemoPlayer(set, pace, sender, progress, terminal.Clock);
        try
        {
            HubFailureText? failure = await player.StartAsync(events, cancellation);
            if (failure is null)
            {
                Introduce(events);
                failure = await view.RunAsync(() => player.PlayAsync(events, loop, cancellation));
            }

            if (failure is not null)
            {
                terminal.Say(failure.Sentence);
                return ExitCode.Failed;
            }

            SayWhatWasDone(progress);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            SayWhatWasDone(progress);
            return ExitCode.Interrupted;
        }
    }

    private void Introduce(IReadOnlyList<DemoEvent> events)
    {
        if (quiet)
        {
            return;
        }

        TimeSpan takes = pace.DueAt(events.Count - 1, events[^1].Time - events[0].Time);
        string length = loop ? "in a loop until Ctrl+C" : $"for {Duration.Format(takes)}";
        TextWriter output = terminal.Output;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Publishing {events.Count:#,0} {set.Description}"));
        output.WriteLine($"to {address}, {pace}, {length}.");
        output.WriteLine();
        output.WriteLine("Watch the events");
        output.WriteLine($"  {address}/");
        output.WriteLine($"  longwave tail '{set.Selector}'{HubArgument()}");
        output.WriteLine($"  curl -N '{address}/v1/events?topic={Uri.EscapeDataString(set.Topic).Replace("%2F", "/", StringComparison.Ordinal)}'");
        output.WriteLine();
        output.Flush();
    }

    private string HubArgument() => address.ToString() == HubAddress.Default ? "" : $" --hub {address}";

    private void SayWhatWasDone(ProgressReport progress)
    {
        if (!quiet)
        {
            terminal.Say($"Published {EventCount.Format(progress.Events)} in {Duration.Format(progress.Elapsed)}.");
        }
    }
}
