using System.Text.RegularExpressions;
using Longwave.Terminals;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Terminals;

public sealed class ProgressViewTests
{
    private readonly Transcript _error = new();

    [Fact]
    public async Task Run_OnATerminal_PaintsABarWithCountRateAndRemainingTime()
    {
        var report = new ProgressReport(TimeProvider.System, total: 1_000);
        var view = new ProgressView(Terminal(true), "Publishing", report, quiet: false, besideOutput: false);

        int result = await view.RunAsync(async () =>
        {
            report.Advance(events: 250, steps: 250);
            await _error.WaitForAsync(text => Regex.IsMatch(text, "Publishing.*━.* 250 events \\(25 %\\), [0-9,]+/s, .* remaining"), "the bar at a quarter");
            view.Say("The hub is full.");
            report.Advance(events: 750, steps: 1_000);
            await _error.WaitForAsync("1,000 events (100 %)");
            return 7;
        });

        Assert.Equal(7, result);
        Assert.Matches("longwave: The hub is full. +\n", _error.Text);
        Assert.EndsWith("\e[?25h", _error.Text, StringComparison.Ordinal); // The cursor is visible again.
    }

    [Fact]
    public async Task Run_OnATerminalWithUnknownTotal_ShowsTheCount()
    {
        var report = new ProgressReport(TimeProvider.System, total: null);
        var view = new ProgressView(Terminal(true), "Publishing", report, quiet: false, besideOutput: false);

        await view.RunAsync(async () =>
        {
            report.Advance(events: 5, steps: 100);
            await _error.WaitForAsync(" 5 events, ");
            return 0;
        });

        Assert.DoesNotContain("%", _error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_IntoAFile_WritesProgressLines()
    {
        var report = new ProgressReport(TimeProvider.System, total: 1_000);
        var view = new ProgressView(Terminal(false), "Publishing", report, quiet: false, besideOutput: false);

        await view.RunAsync(async () =>
        {
            report.Advance(events: 250, steps: 250);
            await _error.WaitForAsync("\n");
            return 0;
        });

        Assert.Matches("^longwave: Publishing: 250 events \\(25 %\\), [0-9,]+/s, [0-9.]+ (ms|s|min) remaining\n", _error.Text);
        Assert.DoesNotContain('\e', _error.Text);
    }

    [Fact]
    public async Task Run_Quiet_ShowsNothing()
    {
        var report = new ProgressReport(TimeProvider.System, total: 1_000);
        var view = new ProgressView(Terminal(true), "Publishing", report, quiet: true, besideOutput: false);

        await view.RunAsync(() =>
        {
            view.Say("something");
            return Task.FromResult(0);
        });

        Assert.Equal("", _error.Text);
    }

    private Terminal Terminal(bool isTerminal) => new(Stream.Null, TextWriter.Null, _error) { ErrorIsTerminal = isTerminal, Clock = new HastyClock() };

    /// <summary>Runs timers a thousand times faster: seconds pass in milliseconds. The minimum is 1 ms, because a period of zero disables a timer.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Hasten(dueTime), Hasten(period));

        private static TimeSpan Hasten(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Max(1, time.TotalSeconds));
    }
}
