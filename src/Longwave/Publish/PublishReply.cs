using Longwave.Hubs;

namespace Longwave.Publish;

/// <summary>What became of one publish request.</summary>
/// <param name="Positions">Where its events stand, in their order.</param>
/// <param name="Duplicates">How many of them the log had already.</param>
/// <param name="Failure">Why nothing of it was published; null when all of it was.</param>
internal sealed record PublishReply(IReadOnlyList<string> Positions, int Duplicates, HubFailureText? Failure)
{
    public static PublishReply Failed(HubFailureText failure) => new([], 0, failure);
}
