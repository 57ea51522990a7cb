using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Fanout;

/// <summary>The live subscribers of one selector in one shard. Adding and removing cost the same however many there are.</summary>
internal sealed class RouteNode(Selector? selector)
{
    private (Subscriber Subscriber, int SelectorIndex)[] _entries = new (Subscriber, int)[1];

    public Selector? Selector { get; } = selector;

    public int Count { get; private set; }

    public Subscriber this[int index] => _entries[index].Subscriber;

    /// <summary>Adds a subscriber at the end.</summary>
    /// <param name="subscriber">Who.</param>
    /// <param name="selectorIndex">Which of its selectors this node is; it keeps the place under that number.</param>
    public void Add(Subscriber subscriber, int selectorIndex)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        subscriber.Places[selectorIndex] = Count;
        _entries[Count++] = (subscriber, selectorIndex);
    }

    public void Remove(Subscriber subscriber, int selectorIndex)
    {
        int place = subscriber.Places[selectorIndex];
        (Subscriber Subscriber, int SelectorIndex) last = _entries[--Count];
        _entries[place] = last;
        last.Subscriber.Places[last.SelectorIndex] = place;
        _entries[Count] = default;
    }
}
