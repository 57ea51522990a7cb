namespace Longwave.Bench.Load;

/// <summary>Chooses topics at random. For one thread.</summary>
/// <param name="topics">How many there are.</param>
/// <param name="window">Topics that take part at one time; after <paramref name="stay"/> choices it is the turn of the next ones.</param>
/// <param name="stay">Choices within one window.</param>
internal sealed class TopicChoice(int topics, int window, int stay)
{
    private readonly Random _random = new(topics);
    private int _begin;
    private int _chosen;

    /// <summary>Any topic at any time.</summary>
    public TopicChoice(int topics)
        : this(topics, topics, int.MaxValue)
    {
    }

    public int Next()
    {
        if (_chosen++ == stay)
        {
            (_begin, _chosen) = ((_begin + window) % topics, 1);
        }

        return _begin + _random.Next(window);
    }
}
