using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Longwave.Demo;

/// <summary>One season of European league results; the topic is the division.</summary>
internal static class FootballData
{
    public static IReadOnlyList<DemoEvent> Load()
    {
        using Stream stream = BundledData.Open("football.json.gz");
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray().Select(Read).OrderBy(static e => e.Time)];
    }

    private static DemoEvent Read(JsonElement match)
    {
        string date = match.GetProperty("date").GetString()!;
        string teams = $"{match.GetProperty("home_team").GetString()} - {match.GetProperty("away_team").GetString()}";
        return new DemoEvent(
            DateTimeOffset.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            "football/" + Slug(match.GetProperty("division").GetString()!),
            "result",
            teams,
            $"{date} {teams}",
            BundledData.RawJson(match));
    }

    /// <summary>Converts a name to lower case with hyphens between words; letters do not change: <c>österreichische-bundesliga</c>.</summary>
    private static string Slug(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (char c in name.ToLowerInvariant())
        {
            slug.Append(char.IsLetterOrDigit(c) ? c : '-');
        }

        return slug.ToString();
    }
}
