using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>Live subscribers of one selector in one shard. Adding and removing take constant time.</summary>
internal sealed class Route(Selector? selector)
{
    private SharedSubscribers _shared;
    private FilteredSubscribers _filtered;

    public Selector? Selector { get; } = selector;

    public bool IsEmpty => _shared.Count + _filtered.Count == 0;

    /// <summary>Shared subscribers: they receive every event of this route and no others, so a batch of frames is built once for all of them.</summary>
    public ref SharedSubscribers Shared => ref _shared;

    /// <summary>Subscribers with a filter, which is checked for each of them and each event.</summary>
    public ReadOnlySpan<Subscriber> Filtered => _filtered.Subscribers;

    /// <summary>The round that delivers to the shared subscribers; null while they have every event.</summary>
    public Round? Round { get; set; }

    /// <summary>Adds a subscriber; a shared one is suspended at first.</summary>
    /// <param name="subscriber">The subscriber.</param>
    /// <param name="selectorIndex">Index of this route's selector among the selectors of the subscriber, which stores its slot under this
    /// index.</param>
    public void Add(Subscriber subscriber, int selectorIndex)
    {
        if (subscriber.SharesFrames)
        {
            subscriber.Route = this;
            _shared.Add(subscriber);
        }
        else
        {
            _filtered.Add(subscriber, selectorIndex);
        }
    }

    /// <summary>Adds the subscribers that receive new events to a list.</summary>
    public void CopyTo(List<Subscriber> subscribers)
    {
        foreach (ref readonly RouteSlot slot in _shared.Ready)
        {
            subscribers.Add(slot.Subscriber);
        }

        subscribers.AddRange(_filtered.Subscribers);
    }

    /// <summary>Removes a subscriber. Prepare the round before (<c>PrepareToLeave</c>).</summary>
    public void Remove(Subscriber subscriber, int selectorIndex)
    {
        if (subscriber.Route is null)
        {
            _filtered.Remove(subscriber, selectorIndex);
            return;
        }

        _shared.Remove(subscriber);
        subscriber.Route = null;
    }
}
