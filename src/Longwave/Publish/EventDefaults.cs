namespace Longwave.Publish;

/// <summary>What the command line says about every event of a bulk.</summary>
/// <param name="Topic">Topic for events that name none.</param>
/// <param name="Type">Type for those that have none.</param>
/// <param name="Key">Key for those that have none.</param>
/// <param name="ContentType">Content type of data that is text; null when nothing was said.</param>
/// <param name="Run">Names this run: with the number of the line it is the idempotency key of an event that brings none.</param>
internal sealed record EventDefaults(string? Topic, string? Type, string? Key, string? ContentType, string Run)
{
    /// <summary>The CloudEvents source of events that have none.</summary>
    public string Source { get; init; } = "/longwave/publish";
}
