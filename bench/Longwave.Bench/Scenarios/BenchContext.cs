using Longwave.Bench.Hubs;
using Longwave.Bench.Logs;
using Spectre.Console;

namespace Longwave.Bench.Scenarios;

/// <summary>What every scenario needs: how long to measure, and where logs are.</summary>
internal sealed class BenchContext
{
    private int _directories;

    public BenchContext(bool quick, CancellationToken cancellation)
    {
        (Quick, Cancellation) = (quick, cancellation);
        Directory.CreateDirectory(Repository.Work);
        Scratch = Directory.CreateDirectory(Path.Combine(Repository.Work, $"run-{Environment.ProcessId}")).FullName;
        Logs = new LogCache(Path.Combine(Repository.Work, "logs"));
    }

    /// <summary>Whether it only has to be shown that everything works.</summary>
    public bool Quick { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>A directory for this run, on the same disk as everything else; deleted at the end.</summary>
    public string Scratch { get; }

    /// <summary>Logs that take long to make.</summary>
    public LogCache Logs { get; }

    /// <summary>Rounds of each measurement; the median counts.</summary>
    public int Rounds => Quick ? 2 : 5;

    /// <summary>Length of one round.</summary>
    public TimeSpan Round => TimeSpan.FromSeconds(Quick ? 1 : 4);

    /// <summary>Load before the first round, so that the hub's hot code is compiled.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Quick ? 1 : 5);

    /// <summary>A new hub directory.</summary>
    public string NewDirectory() => Path.Combine(Scratch, $"hub-{++_directories}");

    /// <summary>One line of progress.</summary>
    public void Tell(string line) => AnsiConsole.MarkupLineInterpolated($"[grey]  {line}[/]");

    public Task WaitAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, Cancellation);
}
