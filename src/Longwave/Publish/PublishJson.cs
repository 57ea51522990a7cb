using System.Text.Json;

namespace Longwave.Publish;

/// <summary>Results of <c>longwave publish --json</c>, each on one line.</summary>
internal static class PublishJson
{
    /// <summary>Result of a single event.</summary>
    public static string OfEvent(string id, bool duplicate) => JsonSerializer.Serialize(new { id, duplicate });

    /// <summary>Result of the event on a line of the input.</summary>
    public static string OfLine(long line, string id) => JsonSerializer.Serialize(new { line, id });

    /// <summary>Summary of a run over many lines.</summary>
    public static string OfRun(BulkOutcome outcome) => JsonSerializer.Serialize(
        new { published = outcome.Published, duplicates = outcome.Duplicates, skipped = outcome.Skipped, finished = outcome.IsComplete });
}
