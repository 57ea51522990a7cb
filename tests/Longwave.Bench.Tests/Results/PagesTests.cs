using Longwave.Bench.Hubs;
using Longwave.Bench.Results;

namespace Longwave.Bench.Tests.Results;

/// <summary>Pages match the results from which they are generated.</summary>
public sealed class PagesTests
{
    private const string Remedy = "Run: dotnet run --project bench/Longwave.Bench -- report, and commit the page.";

    [Fact]
    public void Page_OfCommittedResults_IsCurrent() =>
        Assert.True(File.ReadAllText(Path.Combine(Repository.Results, "README.md")) == ResultFiles.Page(Committed()), $"bench/results/README.md is not current. {Remedy}");

    [Fact]
    public void Renew_OfPerformancePage_ChangesNothing()
    {
        string page = File.ReadAllText(Repository.PerformancePage);

        Assert.True(page == PerformancePage.Renew(page, Committed()), $"docs/performance.md is not current. {Remedy}");
    }

    [Fact]
    public void Charts_OfCommittedResults_Exist() =>
        Assert.All(Committed().SelectMany(result => result.Charts ?? []), chart => Assert.True(File.Exists(Path.Combine(Repository.Results, chart)), chart));

    [Fact]
    public void Files_OfResults_AreOfScenariosThatExist() => Assert.Empty(
        Directory.GetFiles(Repository.Results, "*.json").Select(Path.GetFileNameWithoutExtension).Except(BenchRun.Scenarios.Select(scenario => scenario.Name)));

    [Theory]
    [InlineData("no marks")]
    [InlineData(PerformancePage.End + "\n" + PerformancePage.Begin)]
    public void Renew_PageWithoutMarks_Fails(string page) => Assert.Throws<BenchFailedException>(() => PerformancePage.Renew(page, []));

    [Fact]
    public void Renew_MissedTarget_IsReported()
    {
        var machine = new Machine("cpu", 2, 24, "Linux", ".NET", 1, 2, 0);
        var figure = new Figure("opening a stream", 61, "µs", new Target(AtMost: 60));
        var result = new ScenarioResult("fanout-memory", "What?", DateTimeOffset.UnixEpoch, 1, "abc", false, machine, [figure]);

        string page = PerformancePage.Renew($"before {PerformancePage.Begin} old {PerformancePage.End} after", [result]);

        Assert.Contains("| `fanout-memory` | opening a stream | 61 µs | ≤ 60 | **missed** |", page, StringComparison.Ordinal);
        Assert.DoesNotContain("old", page, StringComparison.Ordinal);
        Assert.StartsWith("before ", page, StringComparison.Ordinal);
        Assert.EndsWith(" after", page, StringComparison.Ordinal);
    }

    private static IReadOnlyList<ScenarioResult> Committed() => ResultFiles.Read(Repository.Results, BenchRun.Scenarios.Select(scenario => scenario.Name));
}
