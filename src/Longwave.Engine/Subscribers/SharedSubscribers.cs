
namespace Longwave.Engine.Subscribers;

/// <summary>
/// Shared subscribers of a selector: those that receive every event of it and no others. The ready ones come first, then the suspended ones (nearly
/// always because their sink is blocked), which cost nothing when an event arrives. Each subscriber stores its index.
/// </summary>
internal struct SharedSubscribers
{
    private RouteSlot[]? _slots;

    public int Count { get; private set; }

    /// <summary>Number of subscribers that receive new events.</summary>
    public int ReadyCount { get; private set; }

    public readonly Span<RouteSlot> Ready => _slots.AsSpan(0, ReadyCount);

    /// <summary>Subscribers that miss new events.</summary>
    public readonly ReadOnlySpan<RouteSlot> Suspended => _slots.AsSpan(ReadyCount, Count - ReadyCount);

    public readonly bool IsReady(Subscriber subscriber) => subscriber.SlotIndex < ReadyCount;

    /// <summary>Adds a suspended subscriber.</summary>
    public void Add(Subscriber subscriber)
    {
        if (_slots is null || Count == _slots.Length)
        {
            Array.Resize(ref _slots, Math.Max(1, Count * 2));
        }

        Put(Count++, new RouteSlot(subscriber));
    }

    public void Remove(Subscriber subscriber)
    {
        if (IsReady(subscriber))
        {
            Suspend(subscriber);
        }

        Put(subscriber.SlotIndex, _slots![--Count]);
        _slots[Count] = default;
        subscriber.SlotIndex = -1;
    }

    /// <summary>Makes a subscriber ready: it has all events so far and receives the following ones.</summary>
    public void SetReady(Subscriber subscriber)
    {
        Put(subscriber.SlotIndex, _slots![ReadyCount]);
        Put(ReadyCount++, new RouteSlot(subscriber));
    }

    /// <summary>Suspends a subscriber. The last ready one moves to its index, and the subscriber stores its own position again.</summary>
    public void Suspend(Subscriber subscriber)
    {
        RouteSlot slot = _slots![subscriber.SlotIndex];
        subscriber.SentThrough = slot.SentThrough;
        Put(subscriber.SlotIndex, _slots[--ReadyCount]);
        Put(ReadyCount, slot);
    }

    /// <summary>Applies a changed read access.</summary>
    public readonly void Renew(Subscriber subscriber)
    {
        long sentThrough = _slots![subscriber.SlotIndex].SentThrough;
        _slots[subscriber.SlotIndex] = new RouteSlot(subscriber) { SentThrough = sentThrough };
    }

    private readonly void Put(int index, RouteSlot slot)
    {
        _slots![index] = slot;
        slot.Subscriber.SlotIndex = index;
    }
}
