using System.Text.Json;
using Longwave.Demo;
using Longwave.Tests.Docs;

namespace Longwave.Tests.Demo;

/// <summary>The bundled data are what their sources have.</summary>
public sealed class DemoSetTests
{
    [Theory]
    [InlineData("earthquakes", 1_707, "earthquakes/ci,earthquakes/nc,earthquakes/ak")]
    [InlineData("football", 1_626, "football/serie-a,football/österreichische-bundesliga")]
    [InlineData("stocks", 315, "prices/AAPL,prices/GOOG")]
    public void Load_OfEverySet_IsInOrderOfTimeWithItsTopics(string name, int count, string topics)
    {
        DemoSet set = DemoSet.All.Single(s => s.Name == name);

        IReadOnlyList<DemoEvent> events = set.Load();

        Assert.Equal(count, events.Count);
        Assert.Equal(events.Select(e => e.Time).Order(), events.Select(e => e.Time));
        Assert.Equal(count, events.Select(e => e.Id).Distinct().Count());
        Assert.Subset(events.Select(e => e.Topic).ToHashSet(), topics.Split(',').ToHashSet());
        Assert.Contains(set.Topic, events.Select(e => e.Topic));
        Assert.All(events, e =>
        {
            using var json = JsonDocument.Parse(e.Json);
            Assert.DoesNotContain((byte)'\n', e.Json.ToArray());
        });
    }

    [Fact]
    public void Earthquakes_OfTheSource_AreAllThereUnchanged()
    {
        using JsonDocument source = JsonDocument.Parse(File.ReadAllBytes(SharedData("earthquakes.json")));

        Assert.Equal(
            source.RootElement.GetProperty("features").EnumerateArray().Select(f => f.GetRawText()).Order(StringComparer.Ordinal),
            EarthquakeData.Load().Select(e => System.Text.Encoding.UTF8.GetString(e.Json.Span)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Stocks_OfTheSource_HaveItsPrices()
    {
        HashSet<string> rows = [.. File.ReadAllLines(SharedData("stocks.csv"))];

        using var reader = new StreamReader(BundledData.Open("stocks.csv"));
        Assert.Subset(rows, reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet());
    }

    private static string SharedData(string name)
    {
        string? folder = Environment.GetEnvironmentVariable("LONGWAVE_TEST_DATA");
        for (string? above = Documentation.RepositoryRoot; folder is null && above is not null; above = Path.GetDirectoryName(above))
        {
            string candidate = Path.Combine(above, "shared", "data");
            folder = Directory.Exists(candidate) ? candidate : null;
        }

        Assert.True(folder is not null, "Set LONGWAVE_TEST_DATA to the folder of the test data.");
        return Path.Combine(folder, name);
    }
}
