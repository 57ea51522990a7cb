using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Longwave.Demo;
using Longwave.Tests.Docs;

namespace Longwave.Tests.Demo;

/// <summary>The bundled data matches its README, and the data sets contain all of it.</summary>
public sealed partial class DemoSetTests
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
    public void Earthquakes_OfTheFile_AreCompleteAndUnchanged()
    {
        using JsonDocument file = JsonDocument.Parse(BundledData.Open("earthquakes.json.gz"));

        Assert.Equal(
            file.RootElement.GetProperty("features").EnumerateArray().Select(f => f.GetRawText()).Order(StringComparer.Ordinal),
            EarthquakeData.Load().Select(e => Encoding.UTF8.GetString(e.Json.Span)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Files_OfEverySet_HaveTheHashesOfTheirReadme()
    {
        string folder = Path.Combine(Documentation.RepositoryRoot, "src", "Longwave", "Demo", "Data");
        string[] documented = [.. File.ReadLines(Path.Combine(folder, "README.md")).Where(line => HashRow().IsMatch(line))];

        Assert.Equal(
            Directory.GetFiles(folder).Select(Path.GetFileName).Where(name => name != "README.md").Order(StringComparer.Ordinal).Select(name =>
            {
                using Stream file = BundledData.Open(name!);
                return $"| `{name}` | `{Convert.ToHexStringLower(SHA256.HashData(file))}` |";
            }),
            documented);
    }

    [GeneratedRegex(@"\| `[0-9a-f]{64}` \|$")]
    private static partial Regex HashRow();
}
