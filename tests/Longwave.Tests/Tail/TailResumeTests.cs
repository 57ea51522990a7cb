using System.Text.Json;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Tail;

/// <summary>A tail across restarts, crashes and broken connections prints every event once and in order, or reports the loss.</summary>
public sealed class TailResumeTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Tail_HubKilledAndRestartedWhilePublishing_EachEventArrivesOnce()
    {
        const int Events = 20_000;
        await using var hub = new HubProcess();
        await hub.StartAsync();
        await using CommandRun tail = CommandRun.Start("tail", "--json", "--count", $"{Events}", "--hub", hub.Url);
        await tail.Error.WaitForAsync("Connected to");

        var input = new System.IO.Pipelines.Pipe();
        await using CommandRun publish = CommandRun.StartWith(input.Reader.AsStream(), null, "publish", "numbers", "--lines", "--hub", hub.Url);
        for (int i = 0; i < Events; i++)
        {
            await input.Writer.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{i}\n"));
            if (i % 5_000 == 2_500)
            {
                // Interrupt during delivery: some events have arrived, others are in flight.
                int before = i - 2_000;
                await tail.Output.WaitForAsync(text => text.Count(c => c == '\n') > before, $"{before} events");
                await (i % 10_000 == 2_500 ? hub.KillAsync() : hub.StopAsync());
                await hub.StartAsync();
            }
        }

        await input.Writer.CompleteAsync();
        (await publish.EndAsync()).Succeeded();
        CommandResult result = (await tail.EndAsync()).Succeeded();

        Assert.Equal(Enumerable.Range(0, Events).Select(i => $"{i}"), result.Lines.Select(Data));
        Assert.Contains("Reconnected, resuming after ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("GAP", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("RESET", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Tail_ConnectionCutRepeatedly_EachEventArrivesOnce()
    {
        const int Events = 300;
        await using var hub = new HubProcess();
        await hub.StartAsync();
        await using var wire = new CuttableWire(new Uri(hub.Url).Port);
        await using CommandRun tail = CommandRun.Start("tail", "numbers", "--json", "--count", $"{Events}", "--hub", wire.Url);
        await tail.Error.WaitForAsync("Connected to");

        for (int i = 0; i < Events; i++)
        {
            // The first cut precedes any event: even so, no event may be lost.
            if (i % 60 == 0)
            {
                wire.Cut();
            }

            (await CommandRun.RunAsync("publish", "numbers", $"{i}", "--hub", hub.Url)).Succeeded();
        }

        CommandResult result = (await tail.EndAsync()).Succeeded();

        Assert.Equal(Enumerable.Range(0, Events).Select(i => $"{i}"), result.Lines.Select(Data));
    }

    [Fact]
    public async Task Tail_HubStopsAndReturns_ReportsBoth()
    {
        await using var hub = new HubProcess();
        await hub.StartAsync();
        await using CommandRun tail = CommandRun.Start("tail", "--hub", hub.Url);
        await tail.Error.WaitForAsync("Connected to");

        await hub.StopAsync();
        await tail.Error.WaitForAsync("longwave: The hub requests a reconnect: it is shutting down or restarting.\n");
        await tail.Error.WaitForAsync("Reconnecting in");
        await hub.StartAsync();
        await tail.Error.WaitForAsync("longwave: Reconnected, resuming after ");
    }

    [Fact]
    public async Task Tail_LogReplaced_ReportsTheResetAndRestartsAsRequested()
    {
        await using var hub = new HubProcess();
        await hub.StartAsync();
        await using CommandRun live = CommandRun.Start("tail", "--json", "--count", "2", "--hub", hub.Url);
        await using CommandRun all = CommandRun.Start("tail", "--json", "--count", "3", "--since", "earliest", "--hub", hub.Url);
        await live.Error.WaitForAsync("Connected to");
        (await CommandRun.RunAsync("publish", "t", "old", "--hub", hub.Url)).Succeeded();
        await live.Output.WaitForAsync("old");
        await all.Output.WaitForAsync("old");

        await hub.KillAsync();
        hub.ReplaceLog();
        await hub.StartAsync();
        await live.Error.WaitForAsync("Continuing with new events.");
        await all.Error.WaitForAsync("Continuing with the oldest stored event.");
        (await CommandRun.RunAsync("publish", "t", "new", "--hub", hub.Url)).Succeeded();
        await live.EndAsync();
        (await CommandRun.RunAsync("publish", "t", "newer", "--hub", hub.Url)).Succeeded();

        Assert.Equal(["old", "new"], (await live.EndAsync()).Succeeded().Lines.Select(Data));
        Assert.Equal(["old", "new", "newer"], (await all.EndAsync()).Succeeded().Lines.Select(Data));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Tail_EventsTrimmedMeanwhile_ReportsAGap()
    {
        await using var hub = new HubProcess();
        hub.Settings["LONGWAVE__ENGINE__POLICIES__0__SELECTOR"] = "*";
        hub.Settings["LONGWAVE__ENGINE__POLICIES__0__MAXCOUNT"] = "10";
        hub.Settings["LONGWAVE__ENGINE__RETENTIONINTERVAL"] = "00:00:00.050";
        await hub.StartAsync();
        string first = (await CommandRun.RunAsync("publish", "t", "first", "--hub", hub.Url)).Succeeded().Output.Trim();
        string lines = string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{i}\n"));
        (await CommandRun.RunWithAsync(lines, "publish", "t", "--lines", "--hub", hub.Url)).Succeeded();
        await WaitUntilTrimmedAsync(hub);

        CommandResult result = (await CommandRun.RunAsync("tail", "t", "--last-event-id", first, "--count", "1", "--hub", hub.Url)).Succeeded();

        Assert.True(result.Error.Contains($"longwave: GAP: events after {first} up to ", StringComparison.Ordinal), result.Error + result.Output);
    }

    private static string? Data(string line) => JsonDocument.Parse(line).RootElement.GetProperty("data").GetString();

    private static async Task WaitUntilTrimmedAsync(HubProcess hub)
    {
        using var patience = new CancellationTokenSource(HubProcess.Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await timer.WaitForNextTickAsync(patience.Token))
        {
            // Retention removes events in slices: the assertion needs only that events after the first one are removed too.
            CommandResult oldest = await CommandRun.RunAsync("tail", "t", "--since", "earliest", "--count", "1", "--json", "--quiet", "--hub", hub.Url);
            if (Data(oldest.Lines[0]) is not ("first" or "0"))
            {
                return;
            }
        }
    }
}
