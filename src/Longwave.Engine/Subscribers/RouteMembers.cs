
namespace Longwave.Engine.Subscribers;

/// <summary>Subscribers in no order; each stores its index.</summary>
internal struct RouteMembers
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

        subscriber.SetPlace(selectorIndex, Count);
        (_subscribers![Count], _selectorIndexes![Count]) = (subscriber, selectorIndex);
        Count++;
    }

    public void Remove(Subscriber subscriber, int selectorIndex)
    {
        int place = subscriber.PlaceOf(selectorIndex);
        Subscriber last = _subscribers![--Count];
        int lastIndex = _selectorIndexes![Count];
        (_subscribers[place], _selectorIndexes[place]) = (last, lastIndex);
        last.SetPlace(lastIndex, place);
        _subscribers[Count] = null!;
    }
}
