using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Longwave.BadDays.Tests.Data;

/// <summary>Real input as events: the files of <c>longwave demo</c>, which the build copies to the tests' output.</summary>
internal static class RealData
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A week of earthquakes: one event per feature, one topic per network, the data verbatim.</summary>
    public static List<RealEvent> Earthquakes()
    {
        using JsonDocument week = Open("earthquakes.json.gz");
        return [.. week.RootElement.GetProperty("features").EnumerateArray().Select(static feature => new RealEvent(
            $"quakes/{feature.GetProperty("properties").GetProperty("net").GetString()}", feature.GetRawText()))];
    }

    /// <summary>League results: one event per match, indented over several lines; one topic per league, with names outside ASCII.</summary>
    public static List<RealEvent> Football()
    {
        using JsonDocument results = Open("football.json.gz");
        return [.. results.RootElement.EnumerateArray().Select(static result => new RealEvent(
            $"football/{result.GetProperty("division").GetString()}", Indent(result)))];
    }

    private static JsonDocument Open(string name)
    {
        using var file = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "data", name)), CompressionMode.Decompress);
        return JsonDocument.Parse(file);
    }

    private static string Indent(JsonElement value)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, Indented))
        {
            value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
