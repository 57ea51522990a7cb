using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Longwave.Bench.Results;

/// <summary>Writes results to be committed: a JSON file a scenario, and one page made of all of them.</summary>
internal static class ResultFiles
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new RoundingConverter() },
    };

    /// <summary>Writes what a scenario found, and its charts.</summary>
    public static void Write(string directory, ScenarioResult result, IEnumerable<(string File, string Svg)> charts)
    {
        Directory.CreateDirectory(directory);
        foreach ((string file, string svg) in charts)
        {
            File.WriteAllText(Path.Combine(directory, file), svg);
        }

        File.WriteAllText(Path.Combine(directory, result.Scenario + ".json"), JsonSerializer.Serialize(result, Json) + "\n");
    }

    /// <summary>Reads what was found, in the order of <paramref name="scenarios"/>; those without a file are left out.</summary>
    public static IReadOnlyList<ScenarioResult> Read(string directory, IEnumerable<string> scenarios) =>
    [
        .. scenarios.Select(name => Path.Combine(directory, name + ".json")).Where(File.Exists)
            .Select(file => JsonSerializer.Deserialize<ScenarioResult>(File.ReadAllText(file), Json)!),
    ];

    /// <summary>The page of all results; each says itself when and of what it is.</summary>
    public static string Page(IEnumerable<ScenarioResult> results)
    {
        var page = new StringBuilder("""
            # Results

            Made by `dotnet run --project bench/Longwave.Bench -- all`; [the benchmarks' page](../README.md) explains how each figure is measured.
            Figures are medians of the rounds, which are in the JSON files beside this page. Hub and load share the machine's cores, except in
            the scenarios of fan-out, where each has one of its own.

            """);
        foreach (ScenarioResult result in results)
        {
            Append(page, result);
        }

        return page.ToString();
    }

    private static void Append(StringBuilder page, ScenarioResult result)
    {
        string quick = result.Quick ? " Quick run: the figures mean little." : "";
        page.Append(CultureInfo.InvariantCulture, $"""

            ## {result.Scenario}

            {result.Question}

            | figure | value | unit | target | |
            |---|---:|---|---:|---|

            """);
        foreach (Figure figure in result.Figures)
        {
            string met = figure.IsMet switch { true => "pass", false => "**miss**", null => "" };
            page.AppendLine(CultureInfo.InvariantCulture, $"| {figure.Name} | {Number.Format(figure.Value)} | {figure.Unit} | {figure.Target} | {met} |");
        }

        foreach (string chart in result.Charts ?? [])
        {
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"![{result.Scenario}: {Path.GetFileNameWithoutExtension(chart)}]({chart})");
        }

        foreach (ResultGrid grid in result.Grids ?? [])
        {
            Append(page, grid);
        }

        page.AppendLine().AppendLine(
            CultureInfo.InvariantCulture, $"{result.At:yyyy-MM-dd}, commit {result.Commit}, {result.Seconds} s. {result.Machine}.{quick}");
    }

    private static void Append(StringBuilder page, ResultGrid grid)
    {
        page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{grid.Title}:").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", grid.Columns)} |");
        page.AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(Enumerable.Repeat("---:|", grid.Columns.Count - 1))}");
        foreach (GridRow row in grid.Rows)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {row.Name} | {string.Join(" | ", row.Values.Select(Number.Format))} |");
        }
    }
}
