using System.Diagnostics;
using Longwave.Bench.Hubs;
using Longwave.Bench.Results;
using Longwave.Bench.Scenarios;
using Spectre.Console;

namespace Longwave.Bench;

/// <summary>Runs scenarios one after the other and writes what they found.</summary>
internal static class BenchRun
{
    /// <summary>The name of all scenarios, except those that run only by their own name: the soak takes long, before-after needs another build, container needs podman.</summary>
    public const string All = "all";

    /// <summary>The name that means those that measure fan-out, beside peers or against the hub's promises.</summary>
    public const string Fanout = "fanout";

    /// <summary>The name of a scenario that means all scenarios with hostile clients.</summary>
    public const string Hostile = "hostile";

    /// <summary>The name that selects no scenario: only generates the pages from the existing results.</summary>
    public const string Report = "report";

    private const string Soak = "fanout-soak";
    private const string BeforeAfter = "before-after";
    private const string Container = "container";

    private const int ExitMissed = 1;

    /// <summary>Every scenario, in the order of the results.</summary>
    public static IReadOnlyList<IScenario> Scenarios { get; } =
    [
        new PublishBatchScenario(),
        new PublishSingleScenario(),
        new ResumeScenario(),
        new ReplayScenario(),
        new TopicsScenario(),
        new IdleScenario(),
        .. FanoutScenario.Sizes.Select(static subscribers => new FanoutScenario(subscribers)),
        new FanoutMemoryScenario(),
        new StormScenario(),
        new SilentScenario(),
        new IdleStreamsScenario(),
        new BystandersScenario(),
        new SoakScenario(),
        new IdentityScenario(),
        new HostileScenario(),
        new LivesScenario(),
        new StopScenario(),
        new SelectorsScenario(),
        new ContainerScenario(),
        new MercureScenario(),
        new ReconnectScenario(),
        new RestartsScenario(),
        new BeforeAfterScenario(),
    ];

    /// <summary>The exit code: 0 when every target was met, 1 when one was missed, 2 when a scenario failed.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> names, BenchContext context, string? output)
    {
        string directory = output ?? Repository.Results;
        Machine machine = Machine.Describe(context.Scratch);
        AnsiConsole.WriteLine(machine.ToString());
        bool met = true;
        try
        {
            foreach (IScenario scenario in Scenarios.Where(scenario => names.Any(name => IsMeant(scenario, name))))
            {
                (ScenarioResult result, IReadOnlyList<(string, string)> charts) = await RunAsync(scenario, context, machine);
                ResultFiles.Write(directory, result, charts);
                ResultTable.Print(result);
                met &= result.Figures.All(figure => figure.IsMet is not false);
            }
        }
        catch (BenchFailedException failed)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{failed.Message}[/]");
            return 2;
        }
        finally
        {
            Directory.Delete(context.Scratch, recursive: true);
        }

        IReadOnlyList<ScenarioResult> results = ResultFiles.Read(directory, Scenarios.Select(scenario => scenario.Name));
        File.WriteAllText(Path.Combine(directory, "README.md"), ResultFiles.Page(results));
        if (output is null)
        {
            File.WriteAllText(Repository.PerformancePage, PerformancePage.Renew(File.ReadAllText(Repository.PerformancePage), results));
        }

        return met ? 0 : ExitMissed;
    }

    private static bool IsMeant(IScenario scenario, string name) => scenario.Name == name
        || (scenario.Name is not (Soak or BeforeAfter or Container) && (name is All || (name is Fanout or Hostile && scenario.Name.StartsWith(name, StringComparison.Ordinal))));

    private static async Task<(ScenarioResult Result, IReadOnlyList<(string File, string Svg)> Charts)> RunAsync(IScenario scenario, BenchContext context, Machine machine)
    {
        AnsiConsole.MarkupLineInterpolated($"\n[bold]{scenario.Name}[/]: {scenario.Question}");
        DateTimeOffset at = TimeProvider.System.GetUtcNow();
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<Figure> figures = await scenario.RunAsync(context);
        (IReadOnlyList<ResultGrid> grids, IReadOnlyList<(string File, string Svg)> charts) = context.TakeShown();
        var result = new ScenarioResult(
            scenario.Name,
            scenario.Question,
            at,
            Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds),
            Repository.Commit(),
            context.Quick,
            machine,
            figures,
            grids.Count == 0 ? null : grids,
            charts.Count == 0 ? null : [.. charts.Select(chart => chart.File)]);
        return (result, charts);
    }
}
