
namespace Longwave.Engine.Subscribers;

/// <summary>Subscribers in no order; each stores its index.</summary>
internal struct FilteredSubscribers
{
    private Subscriber[]? _subscribers;
    private int[]? _selectorIndexes;

    public int Count { get; private set; }

    public readonly ReadOnlySpan<Subscriber> Subscribers => _subscribers.AsSpan(0, Count);

    public void Add(Subscriber subscriber, int selectorIndex)
    {
        int room = _subscribers?.Length ?? 0;
        if (Count == room)
        {
            Array.Resize(ref _subscribers, Math.Max(1, room * 2));
            Array.Resize(ref _selectorIndexes, Math.Max(1, room * 2));
        }

        subscriber.SetSlotIndex(selectorIndex, Count);
        (_subscribers![Count], _selectorIndexes![Count]) = (subscriber, selectorIndex);
        Count++;
    }

    public void Remove(Subscriber subscriber, int selectorIndex)
    {
        int index = subscriber.SlotIndexOf(selectorIndex);
        Subscriber last = _subscribers![--Count];
        int lastIndex = _selectorIndexes![Count];
        (_subscribers[index], _selectorIndexes[index]) = (last, lastIndex);
        last.SetSlotIndex(lastIndex, index);
        _subscribers[Count] = null!;
    }
}
