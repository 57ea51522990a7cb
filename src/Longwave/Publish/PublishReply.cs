using Longwave.Hubs;

namespace Longwave.Publish;

/// <summary>Result of one publish request.</summary>
/// <param name="Positions">Positions of the events, in order.</param>
/// <param name="Duplicates">Number of events that the log already contained.</param>
/// <param name="Failure">Why no event was published; null on success.</param>
internal sealed record PublishReply(IReadOnlyList<string> Positions, int Duplicates, HubFailureText? Failure)
{
    public static PublishReply Failed(HubFailureText failure) => new([], 0, failure);
}
