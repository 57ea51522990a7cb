namespace Longwave.Client.Publishing;

/// <summary>Positions of published events in the log.</summary>
/// <param name="Positions">One position per event, in the order of the events.</param>
/// <param name="Duplicates">Number of events that were in the log already, from an earlier attempt or an earlier use of the idempotency key.</param>
public sealed record PublishResult(IReadOnlyList<string> Positions, int Duplicates)
{
    /// <summary>Position of the event; of a batch, the position of its first event.</summary>
    public string Position => Positions[0];
}
