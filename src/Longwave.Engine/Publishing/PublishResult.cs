using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Publishing;

/// <summary>What became of a publish request.</summary>
/// <param name="Outcome">The request as a whole: all of its events are in the log, or none.</param>
/// <param name="Events">One per event of the request, in its order; empty unless accepted.</param>
public sealed record PublishResult(PublishOutcome Outcome, IReadOnlyList<PublishedEvent> Events)
{
    /// <summary>What is wrong with the request and what to do; null unless the request itself breaks a rule or a limit.</summary>
    public EventProblem? Problem { get; private init; }

    internal static PublishResult Refused(PublishOutcome outcome, EventProblem? problem = null) => new(outcome, []) { Problem = problem };
}

/// <summary>Where a published event stands.</summary>
/// <param name="Position">Its position, or that of the first publish with the same idempotency key.</param>
/// <param name="Duplicate">True when the log had it already.</param>
public readonly record struct PublishedEvent(Position Position, bool Duplicate);
