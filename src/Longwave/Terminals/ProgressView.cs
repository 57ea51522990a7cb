using Spectre.Console;

namespace Longwave.Terminals;

/// <summary>Displays progress on standard error: a bar on a terminal, periodic lines in a file.</summary>
internal sealed class ProgressView
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);

    private readonly Terminal _terminal;
    private readonly string _title;
    private readonly ProgressReport _report;
    private readonly bool _quiet;
    private readonly bool _bar;
    private volatile IAnsiConsole? _console;

    /// <param name="terminal">Its standard error shows the progress.</param>
    /// <param name="title">Name of the operation.</param>
    /// <param name="report">Progress to display.</param>
    /// <param name="quiet">Whether to display nothing.</param>
    /// <param name="besideOutput">Whether lines go to standard output meanwhile; on the same screen they would break the bar.</param>
    public ProgressView(Terminal terminal, string title, ProgressReport report, bool quiet, bool besideOutput)
    {
        (_terminal, _title, _report, _quiet) = (terminal, title, report, quiet);
        _bar = terminal.ErrorIsTerminal && !(besideOutput && terminal.OutputIsTerminal);
    }

    /// <summary>Prints a message without breaking the bar.</summary>
    public void Say(string sentence)
    {
        if (_quiet)
        {
            return;
        }

        if (_console is { } console)
        {
            // The message overwrites the bar without clearing it: pad each line, or the rest of the bar would remain.
            foreach (string line in WrappedText.Lines($"longwave: {sentence}", console.Profile.Width - 1))
            {
                console.WriteLine(line.PadRight(console.Profile.Width - 1));
            }
        }
        else
        {
            _terminal.Say(sentence);
        }
    }

    /// <summary>Runs the work and displays its progress.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return _quiet ? work() : _bar ? RunWithBarAsync(work) : RunWithLinesAsync(work);
    }

    private async Task<T> RunWithLinesAsync<T>(Func<Task<T>> work)
    {
        await using ITimer timer = _terminal.Clock.CreateTimer(_ => _terminal.Say($"{_title}: {_report.Describe()}"), null, LineInterval, LineInterval);
        return await work();
    }

    private async Task<T> RunWithBarAsync<T>(Func<Task<T>> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            ColorSystem = _terminal.ColoursAllowed ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(_terminal.Error),
        });
        console.Profile.Width = TerminalWidth.Read();
        Progress progress = console.Progress().AutoClear(true).AutoRefresh(true).Columns(Columns());
        progress.RefreshRate = BarInterval;
        _console = console;
        try
        {
            return await progress.StartAsync(async context =>
            {
                ProgressTask task = context.AddTask(_title, maxValue: 1);
                task.IsIndeterminate = _report.Fraction is null;
                await using ITimer timer = _terminal.Clock.CreateTimer(_ => task.Value = _report.Fraction ?? 0, null, BarInterval, BarInterval);
                return await work();
            });
        }
        finally
        {
            _console = null;
        }
    }

    private ProgressColumn[] Columns() => _report.Fraction is null
        ? [new SpinnerColumn(), new TaskDescriptionColumn(), new ReportColumn(_report)]
        : [new TaskDescriptionColumn(), new ProgressBarColumn(), new ReportColumn(_report)];
}
