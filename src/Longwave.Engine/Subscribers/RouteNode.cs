using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>The live subscribers of one selector in one shard. Adding and removing cost the same however many there are.</summary>
internal sealed class RouteNode(Selector? selector)
{
    private PlainMembers _plain;
    private RouteMembers _single;

    public Selector? Selector { get; } = selector;

    public bool IsEmpty => _plain.Count + _single.Count == 0;

    /// <summary>Those that get every event of this node and no other: what comes is put together once for all of them.</summary>
    public ref PlainMembers Plain => ref _plain;

    /// <summary>The others, for each of which every event is looked at.</summary>
    public ReadOnlySpan<Subscriber> Single => _single.Subscribers;

    /// <summary>What is on its way to the plain ones; null while they have everything.</summary>
    public Sweep? Sweep { get; set; }

    /// <summary>Adds a subscriber at the end; a plain one is not ready yet.</summary>
    /// <param name="subscriber">Who.</param>
    /// <param name="selectorIndex">Which of its selectors this node is; it keeps the place under that number.</param>
    public void Add(Subscriber subscriber, int selectorIndex)
    {
        if (subscriber.IsPlain)
        {
            subscriber.Route = this;
            _plain.Add(subscriber);
        }
        else
        {
            _single.Add(subscriber, selectorIndex);
        }
    }

    /// <summary>Removes a subscriber, for which the round was prepared first.</summary>
    public void Remove(Subscriber subscriber, int selectorIndex)
    {
        if (subscriber.Route is null)
        {
            _single.Remove(subscriber, selectorIndex);
            return;
        }

        _plain.Remove(subscriber);
        subscriber.Route = null;
    }
}
