namespace Longwave.Client.Publishing;

/// <summary>Where published events stand.</summary>
/// <param name="Positions">One for each event, in their order.</param>
/// <param name="Duplicates">How many of them the log had already: an earlier attempt, or an earlier use of the idempotency key.</param>
public sealed record PublishResult(IReadOnlyList<string> Positions, int Duplicates)
{
    /// <summary>The position of a single event; of a batch, of its first.</summary>
    public string Position => Positions[0];
}
