using System.Globalization;
using System.Text;
using Longwave.Bench.Fanout;
using Longwave.Bench.Scenarios;

namespace Longwave.Bench.Results;

/// <summary>The figures of docs/performance.md: the part between two marks is made from the results, the rest is written by hand.</summary>
internal static class PerformancePage
{
    public const string Begin = "<!-- Figures, made from bench/results: dotnet run --project bench/Longwave.Bench -- report -->";
    public const string End = "<!-- End of figures -->";

    /// <summary>The page with its figures generated again.</summary>
    public static string Renew(string page, IReadOnlyList<ScenarioResult> results)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        return begin < Begin.Length || end < begin
            ? throw new BenchFailedException($"docs/performance.md needs a line '{Begin}' and after it a line '{End}'.")
            : page[..begin] + "\n\n" + Figures([.. results.Where(result => result.Scenario.StartsWith(BenchRun.Fanout, StringComparison.Ordinal))]) + page[end..];
    }

    private static string Figures(IReadOnlyList<ScenarioResult> results)
    {
        var block = new StringBuilder();
        if (results.Count == 0)
        {
            return block.AppendLine("Nothing has been measured yet.").AppendLine().ToString();
        }

        AppendTargets(block, results);
        AppendComparison(block, results);
        AppendGrowth(block, results);
        foreach (ScenarioResult result in results.Where(result => result.Charts is not null && !IsComparison(result)))
        {
            block.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"### {Heading(result)}").AppendLine();
            AppendCharts(block, result);
            AppendSource(block, result);
        }

        return block.AppendLine().ToString();
    }

    private static void AppendTargets(StringBuilder block, IReadOnlyList<ScenarioResult> results)
    {
        block.AppendLine("### Against the targets").AppendLine().AppendLine("| scenario | figure | value | target | |").AppendLine("|---|---|---:|---:|---|");
        foreach (ScenarioResult result in results)
        {
            foreach (Figure figure in result.Figures.Where(figure => figure.Target is not null))
            {
                block.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| `{result.Scenario}` | {figure.Name} | {Number.Format(figure.Value)} {figure.Unit} | {figure.Target} | {(figure.IsMet is true ? "met" : "**missed**")} |");
            }
        }
    }

    private static void AppendComparison(StringBuilder block, IReadOnlyList<ScenarioResult> results)
    {
        if (results.FirstOrDefault(result => result.Scenario == FanoutScenario.NameOf(FanoutScenario.JudgedSubscribers)) is not { } judged)
        {
            return;
        }

        block.AppendLine().AppendLine("### Beside the peers").AppendLine();
        AppendCharts(block, judged);
        AppendSource(block, judged);
    }

    private static void AppendGrowth(StringBuilder block, IReadOnlyList<ScenarioResult> results)
    {
        List<(int Subscribers, ResultGrid Grid)> sizes = [];
        foreach (int subscribers in FanoutScenario.Sizes)
        {
            string title = FanoutCells.GridTitle(subscribers, FanoutScenario.SmallBytes, Workload.Lockstep.Name);
            sizes.AddRange(results.SelectMany(result => result.Grids ?? []).Where(grid => grid.Title == title).Select(grid => (subscribers, grid)));
        }

        if (sizes.Count == 0)
        {
            return;
        }

        block.AppendLine().AppendLine("### How cost grows").AppendLine();
        block.AppendLine(CultureInfo.InvariantCulture, $"Server CPU per delivery in microseconds, events of {FanoutScenario.SmallBytes} bytes, lockstep:").AppendLine();
        block.AppendLine(CultureInfo.InvariantCulture, $"| server | {string.Join(" | ", sizes.Select(size => $"{size.Subscribers:N0} streams"))} |");
        block.AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(Enumerable.Repeat("---:|", sizes.Count))}");
        foreach (string server in sizes.SelectMany(size => size.Grid.Rows).Select(row => row.Name).Distinct())
        {
            block.AppendLine(CultureInfo.InvariantCulture, $"| {server} | {string.Join(" | ", sizes.Select(size => Number.Format(Cpu(size.Grid, server))))} |");
        }
    }

    private static double? Cpu(ResultGrid grid, string server) =>
        grid.Rows.FirstOrDefault(row => row.Name == server)?.Values[grid.Columns.ToList().IndexOf(FanoutCells.CpuColumn) - 1];

    private static bool IsComparison(ScenarioResult result) => FanoutScenario.Sizes.Any(size => FanoutScenario.NameOf(size) == result.Scenario);

    private static string Heading(ScenarioResult result) => result.Scenario switch
    {
        "fanout-memory" => "What a stream costs",
        "fanout-soak" => "A soak",
        _ => result.Scenario,
    };

    private static void AppendCharts(StringBuilder block, ScenarioResult result)
    {
        foreach (string chart in result.Charts ?? [])
        {
            block.AppendLine(CultureInfo.InvariantCulture, $"![{Path.GetFileNameWithoutExtension(chart)}: the same figures are in the results](../bench/results/{chart})");
        }
    }

    private static void AppendSource(StringBuilder block, ScenarioResult result) => block.AppendLine().AppendLine(
        CultureInfo.InvariantCulture,
        $"{result.Question} {result.At:yyyy-MM-dd}, commit {result.Commit}, {result.Machine}.{(result.Quick ? " Quick run: the figures mean little." : "")}");
}
