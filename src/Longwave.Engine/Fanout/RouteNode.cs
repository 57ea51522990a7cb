using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Fanout;

/// <summary>The live subscribers of one selector in one shard. Adding and removing cost the same however many there are.</summary>
internal sealed class RouteNode(Selector? selector)
{
    private RouteMembers _plain;
    private RouteMembers _single;
    private EventChain _pending;

    public Selector? Selector { get; } = selector;

    public bool IsEmpty => _plain.Count + _single.Count == 0;

    /// <summary>Those that get every event of this node and no other: what a turn brings is put together once for all of them.</summary>
    public ReadOnlySpan<Subscriber> Plain => _plain.Subscribers;

    /// <summary>The others, for each of which every event is looked at.</summary>
    public ReadOnlySpan<Subscriber> Single => _single.Subscribers;

    /// <summary>What this turn brings for the plain ones.</summary>
    public ref EventChain Pending => ref _pending;

    /// <summary>Adds a subscriber at the end.</summary>
    /// <param name="subscriber">Who.</param>
    /// <param name="selectorIndex">Which of its selectors this node is; it keeps the place under that number.</param>
    public void Add(Subscriber subscriber, int selectorIndex) => Members(subscriber).Add(subscriber, selectorIndex);

    public void Remove(Subscriber subscriber, int selectorIndex) => Members(subscriber).Remove(subscriber, selectorIndex);

    private ref RouteMembers Members(Subscriber subscriber) => ref subscriber.IsPlain ? ref _plain : ref _single;
}
