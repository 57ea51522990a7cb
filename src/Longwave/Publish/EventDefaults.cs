namespace Longwave.Publish;

/// <summary>Defaults from the command line for every event of a bulk publish.</summary>
/// <param name="Topic">Topic of events without one.</param>
/// <param name="Type">Type of events without one.</param>
/// <param name="Key">Key of events without one.</param>
/// <param name="ContentType">Content type of text data; null if not given.</param>
/// <param name="Run">Id of this run; with the line number it forms the idempotency key of an event without one.</param>
internal sealed record EventDefaults(string? Topic, string? Type, string? Key, string? ContentType, string Run)
{
    /// <summary>CloudEvents source of events without one.</summary>
    public string Source { get; init; } = "/longwave/publish";
}
