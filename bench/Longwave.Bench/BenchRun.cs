using System.Diagnostics;
using Longwave.Bench.Hubs;
using Longwave.Bench.Results;
using Longwave.Bench.Scenarios;
using Spectre.Console;

namespace Longwave.Bench;

/// <summary>Runs scenarios one after the other and writes what they found.</summary>
internal static class BenchRun
{
    /// <summary>The name that means every scenario.</summary>
    public const string All = "all";

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
        new FanoutScenario(),
    ];

    /// <summary>The exit code: 0 when every target was met, 1 when one was missed, 2 when a scenario failed.</summary>
    public static async Task<int> RunAsync(string name, BenchContext context, string? output)
    {
        string directory = output ?? Path.Combine(Repository.Root, "bench", "results");
        Machine machine = Machine.Describe(context.Scratch);
        AnsiConsole.WriteLine(machine.ToString());
        bool met = true;
        try
        {
            foreach (IScenario scenario in Scenarios.Where(scenario => name is All || scenario.Name == name))
            {
                ScenarioResult result = await RunAsync(scenario, context, machine);
                ResultFiles.Write(directory, result);
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

        ResultFiles.WriteReadme(directory, [.. Scenarios.Select(scenario => scenario.Name)]);
        return met ? 0 : ExitMissed;
    }

    private static async Task<ScenarioResult> RunAsync(IScenario scenario, BenchContext context, Machine machine)
    {
        AnsiConsole.MarkupLineInterpolated($"\n[bold]{scenario.Name}[/]: {scenario.Question}");
        DateTimeOffset at = TimeProvider.System.GetUtcNow();
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<Figure> figures = await scenario.RunAsync(context);
        return new ScenarioResult(
            scenario.Name, scenario.Question, at, Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds), Repository.Commit(), context.Quick, machine, figures);
    }
}
