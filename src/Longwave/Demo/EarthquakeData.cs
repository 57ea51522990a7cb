using System.Text.Json;

namespace Longwave.Demo;

/// <summary>One week of USGS earthquake reports as GeoJSON features; the topic is the reporting network.</summary>
internal static class EarthquakeData
{
    public static IReadOnlyList<DemoEvent> Load()
    {
        using Stream stream = BundledData.Open("earthquakes.json.gz");
        using var document = JsonDocument.Parse(stream);
        return
        [
            .. document.RootElement.GetProperty("features").EnumerateArray().Select(Read).OrderBy(static e => e.Time).ThenBy(static e => e.Id, StringComparer.Ordinal),
        ];
    }

    private static DemoEvent Read(JsonElement feature)
    {
        JsonElement properties = feature.GetProperty("properties");
        string id = feature.GetProperty("id").GetString()!;
        return new DemoEvent(
            DateTimeOffset.FromUnixTimeMilliseconds(properties.GetProperty("time").GetInt64()),
            "earthquakes/" + properties.GetProperty("net").GetString(),
            properties.GetProperty("type").GetString()!,
            id,
            id,
            BundledData.RawJson(feature));
    }
}
