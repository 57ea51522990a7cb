using Longwave.Bench.Hubs;
using Longwave.Bench.Logs;
using Longwave.Bench.Results;
using Spectre.Console;

namespace Longwave.Bench.Scenarios;

/// <summary>What every scenario needs: how long to measure, and where logs are.</summary>
internal sealed class BenchContext
{
    private readonly List<ResultGrid> _grids = [];
    private readonly List<(string File, string Svg)> _charts = [];
    private readonly int? _rounds;
    private int _directories;

    public BenchContext(BenchOptions options, CancellationToken cancellation)
    {
        (Quick, Park, Peers, Soak, Before, _rounds, Cancellation) =
            (options.Quick, options.Park, options.Peers, options.Soak, options.Before, options.Rounds, cancellation);
        Directory.CreateDirectory(Repository.Work);
        Scratch = Directory.CreateDirectory(Path.Combine(Repository.Work, $"run-{Environment.ProcessId}")).FullName;
        Logs = new LogCache(Path.Combine(Repository.Work, "logs"));
    }

    /// <summary>Whether it only has to be shown that everything works.</summary>
    public bool Quick { get; }

    /// <summary>Whether the hub has two sinks to choose from.</summary>
    public bool Park { get; }

    /// <summary>The only peers that take part; empty: all.</summary>
    public IReadOnlyList<string> Peers { get; }

    /// <summary>How long a soak is.</summary>
    public TimeSpan Soak { get; }

    /// <summary>The longwave.dll of an earlier build, or null.</summary>
    public string? Before { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>A directory for this run, on the same disk as everything else; deleted at the end.</summary>
    public string Scratch { get; }

    /// <summary>Logs that take long to make.</summary>
    public LogCache Logs { get; }

    /// <summary>Rounds of each measurement; the median counts.</summary>
    public int Rounds => _rounds ?? (Quick ? 2 : 5);

    /// <summary>The same for measurements of very many cells.</summary>
    public int FewRounds => _rounds ?? (Quick ? 1 : 3);

    /// <summary>Length of one round.</summary>
    public TimeSpan Round => TimeSpan.FromSeconds(Quick ? 1 : 4);

    /// <summary>Load before the first round, so that the hub's hot code is compiled.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Quick ? 1 : 5);

    /// <summary>Time for a server to finish what it was told last.</summary>
    public TimeSpan Settle => TimeSpan.FromSeconds(Quick ? 0.5 : 2);

    /// <summary>A new hub directory.</summary>
    public string NewDirectory() => Path.Combine(Scratch, $"hub-{++_directories}");

    /// <summary>One line of progress.</summary>
    public void Tell(string line) => AnsiConsole.MarkupLineInterpolated($"[grey]  {line}[/]");

    public Task WaitAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, Cancellation);

    /// <summary>Adds a table to what the scenario found.</summary>
    public void Show(ResultGrid grid) => _grids.Add(grid);

    /// <summary>Adds a chart to what the scenario found.</summary>
    public void Show(string file, string svg) => _charts.Add((file, svg));

    /// <summary>Hands over what was shown, and forgets it.</summary>
    public (IReadOnlyList<ResultGrid> Grids, IReadOnlyList<(string File, string Svg)> Charts) TakeShown()
    {
        (ResultGrid[] grids, (string File, string Svg)[] charts) = ([.. _grids], [.. _charts]);
        _grids.Clear();
        _charts.Clear();
        return (grids, charts);
    }
}
