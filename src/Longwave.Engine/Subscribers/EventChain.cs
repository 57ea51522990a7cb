namespace Longwave.Engine.Subscribers;

/// <summary>Events of one turn for one subscriber, as a chain; the default value is empty.</summary>
internal readonly struct EventChain(int first, int last)
{
    // Index plus one, so that zero means empty.
    private readonly int _first = first + 1;
    private readonly int _last = last + 1;

    public bool IsEmpty => _first == 0;

    public int First => _first - 1;

    public int Last => _last - 1;
}
