using System.Text;
using System.Text.Json;

namespace Longwave.BadDays.Tests.Data;

/// <summary>Real input, as events: data verbatim, with the line ends that it came with.</summary>
internal static class RealData
{
    private static readonly Lazy<string> Folder = new(Find);

    /// <summary>A week of earthquakes, a feature an event, a topic for each network that reported it.</summary>
    public static List<RealEvent> Earthquakes()
    {
        using JsonDocument week = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder.Value, "earthquakes.json")));
        return [.. week.RootElement.GetProperty("features").EnumerateArray().Select(static feature => new RealEvent(
            $"quakes/{feature.GetProperty("properties").GetProperty("net").GetString()}", feature.GetRawText()))];
    }

    /// <summary>League results, each over several lines, a topic for each league; names are not ASCII.</summary>
    public static List<RealEvent> Football()
    {
        using JsonDocument results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder.Value, "football.json")));
        return [.. results.RootElement.EnumerateArray().Select(static result => new RealEvent(
            $"football/{result.GetProperty("division").GetString()}", result.GetRawText()))];
    }

    /// <summary>A log with CRLF line ends: a line an event, each with its CR; and the whole file as one event more.</summary>
    public static List<RealEvent> Sshd()
    {
        string text = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(Folder.Value, "openssh_2k.log")));
        return [.. text.Split('\n').Select(static line => new RealEvent("logs/sshd", line)), new RealEvent("logs/sshd", text)];
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("LONGWAVE_TEST_DATA") is { Length: > 0 } named)
        {
            return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string data = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(data))
            {
                return data;
            }
        }

        throw new DirectoryNotFoundException("No folder above the tests has shared/data; say in LONGWAVE_TEST_DATA where the data is.");
    }
}
