using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>Live subscribers of one selector in one shard. Adding and removing take constant time.</summary>
internal sealed class RouteNode(Selector? selector)
{
    private PlainMembers _plain;
    private RouteMembers _single;

    public Selector? Selector { get; } = selector;

    public bool IsEmpty => _plain.Count + _single.Count == 0;

    /// <summary>Plain subscribers: they receive every event of this node and no others, so a run is built once for all of them.</summary>
    public ref PlainMembers Plain => ref _plain;

    /// <summary>Subscribers with a filter, which is checked for each of them and each event.</summary>
    public ReadOnlySpan<Subscriber> Single => _single.Subscribers;

    /// <summary>The sweep that delivers to the plain subscribers; null while they have every event.</summary>
    public Sweep? Sweep { get; set; }

    /// <summary>Adds a subscriber; a plain one is suspended at first.</summary>
    /// <param name="subscriber">The subscriber.</param>
    /// <param name="selectorIndex">Index of this node's selector among the selectors of the subscriber, which stores its slot under this
    /// index.</param>
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

    /// <summary>Removes a subscriber. Prepare the sweep before (<c>PrepareToLeave</c>).</summary>
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
