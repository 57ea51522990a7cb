namespace Longwave.Bench.Logs;

/// <summary>What a made log holds: events of 200 bytes, spread over topics.</summary>
/// <param name="Events">How many.</param>
/// <param name="Topics">Over how many topics, chosen at random by a fixed seed; with ten or fewer, one after the other.</param>
internal sealed record LogShape(int Events, int Topics)
{
    private const int InTurn = 10;

    public string Name => $"{Events}-of-{Topics}";

    /// <summary>Events of the topic with number 0, where topics come one after the other.</summary>
    public long EventsOfFirstTopic => Topics <= InTurn ? (Events + Topics - 1) / Topics : throw new InvalidOperationException("Topics of this log are random.");

    /// <summary>The topic of each event.</summary>
    public IEnumerable<int> TopicNumbers()
    {
        var random = new Random(Events ^ Topics);
        for (int i = 0; i < Events; i++)
        {
            yield return Topics <= InTurn ? i % Topics : random.Next(Topics);
        }
    }
}
