using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Publishing;

/// <summary>Result of a publish request.</summary>
/// <param name="Outcome">Outcome of the request as a whole: all of its events are in the log, or none.</param>
/// <param name="Events">One entry per event of the request, in order; empty unless accepted.</param>
public sealed record PublishResult(PublishOutcome Outcome, IReadOnlyList<PublishedEvent> Events)
{
    /// <summary>The rule or limit that the request breaks, and the remedy; null for other outcomes.</summary>
    public EventProblem? Problem { get; private init; }

    /// <summary>Creates the result of a rejected request.</summary>
    /// <param name="outcome">The reason.</param>
    /// <param name="problem">The rule or limit that the request breaks, or null.</param>
    public static PublishResult Refused(PublishOutcome outcome, EventProblem? problem = null) => new(outcome, []) { Problem = problem };
}

/// <summary>Location of a published event.</summary>
/// <param name="Position">Position of the event, or of the first publish with the same idempotency key.</param>
/// <param name="Duplicate">Whether the log already had the event.</param>
public readonly record struct PublishedEvent(Position Position, bool Duplicate);
