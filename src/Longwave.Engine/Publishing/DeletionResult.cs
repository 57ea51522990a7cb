namespace Longwave.Engine.Publishing;

/// <summary>Result of a deletion.</summary>
/// <param name="Outcome">Whether the events are deleted; if not, why.</param>
/// <param name="IsTopicKnown">Whether the log knows the topic.</param>
/// <param name="Through">Offset of the newest event that is deleted, now or before; 0 if none is.</param>
/// <param name="HasDeleted">Whether this request has deleted events.</param>
/// <param name="IsEmpty">Whether the topic has no events left.</param>
public readonly record struct DeletionResult(
    PublishOutcome Outcome, bool IsTopicKnown = false, long Through = 0, bool HasDeleted = false, bool IsEmpty = false);
