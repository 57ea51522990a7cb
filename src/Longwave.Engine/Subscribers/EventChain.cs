namespace Longwave.Engine.Subscribers;

/// <summary>A chain of the events that one turn has for a subscriber; the default one is empty.</summary>
internal readonly struct EventChain(int first, int last)
{
    // Counted from one, so that zero is empty.
    private readonly int _first = first + 1;
    private readonly int _last = last + 1;

    public bool IsEmpty => _first == 0;

    public int First => _first - 1;

    public int Last => _last - 1;
}
