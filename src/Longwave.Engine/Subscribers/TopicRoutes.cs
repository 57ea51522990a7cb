using System.Runtime.InteropServices;
using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>Map from topics to the live subscribers of one shard. Shard thread only.</summary>
/// <remarks>
/// Subscribers are attached to selectors, not to topics: one route per different selector. The patterns that match a topic are computed when the topic
/// first gets an event, and again only after a pattern was added or removed. A topic meets only the patterns whose literal prefix it begins with.
/// </remarks>
internal sealed class TopicRoutes
{
    /// <summary>Number of topics whose patterns are remembered. Beyond it all are computed again.</summary>
    private const int RememberedTopics = 262_144;

    /// <summary>Changes of the patterns after which all topics are forgotten, because forgotten routes stay in memory with them.</summary>
    private const int ChangesUntilForgotten = 4_096;

    private readonly Dictionary<string, Route> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<Selector, Route> _patterns = [];
    private readonly Dictionary<string, (Route[] Routes, int Version)> _patternsOfTopic = new(StringComparer.Ordinal);
    private readonly PatternIndex<Route> _index = new(static route => route.Selector!);
    private readonly List<Route> _found = [];
    private long _matchWork;

    /// <summary>Work of all matches so far (<see cref="Selector.Matches(string, ref long)"/>), for budgets.</summary>
    public long MatchWork => _matchWork;

    /// <summary>Number of changes of the patterns; routes of topics from before a change are computed again.</summary>
    public int Version { get; private set; }

    public Route Any { get; } = new(null);

    public Route? Exact(string topic) => _exact.GetValueOrDefault(topic);

    public Route[] Patterns(string topic)
    {
        if (_patterns.Count == 0)
        {
            return [];
        }

        if (_patternsOfTopic.Count >= RememberedTopics && !_patternsOfTopic.ContainsKey(topic))
        {
            _patternsOfTopic.Clear();
        }

        ref (Route[] Routes, int Version) known = ref CollectionsMarshal.GetValueRefOrAddDefault(_patternsOfTopic, topic, out bool isKnown);
        if (!isKnown || known.Version != Version)
        {
            known = (FindPatterns(topic), Version);
        }

        return known.Routes;
    }

    public void Add(Subscriber subscriber)
    {
        IReadOnlyList<Selector> selectors = subscriber.Filter.Selectors;
        for (int i = 0; i < selectors.Count; i++)
        {
            RouteOf(selectors[i]).Add(subscriber, i);
        }
    }

    public void Remove(Subscriber subscriber)
    {
        IReadOnlyList<Selector> selectors = subscriber.Filter.Selectors;
        for (int i = 0; i < selectors.Count; i++)
        {
            Selector selector = selectors[i];
            Route route = RouteOf(selector);
            route.Remove(subscriber, i);
            if (route.IsEmpty && selector.Kind != SelectorKind.Any)
            {
                Drop(selector);
            }
        }
    }

    private Route[] FindPatterns(string topic)
    {
        _found.Clear();
        _index.FindMatches(topic, _found, ref _matchWork);
        return [.. _found];
    }

    private Route RouteOf(Selector selector)
    {
        if (selector.Kind == SelectorKind.Any)
        {
            return Any;
        }

        Route? route;
        if (selector.IsPattern ? _patterns.TryGetValue(selector, out route) : _exact.TryGetValue(selector.Text, out route))
        {
            return route;
        }

        route = new Route(selector);
        if (selector.IsPattern)
        {
            _patterns.Add(selector, route);
            _index.Add(route);
        }
        else
        {
            _exact.Add(selector.Text, route);
        }

        Changed(selector);
        return route;
    }

    private void Drop(Selector selector)
    {
        if (!selector.IsPattern)
        {
            _exact.Remove(selector.Text);
        }
        else if (_patterns.Remove(selector, out Route? route))
        {
            _index.Remove(route);
        }

        Changed(selector);
    }

    private void Changed(Selector selector)
    {
        if (selector.IsPattern && (++Version % ChangesUntilForgotten == 0 || _patterns.Count == 0))
        {
            _patternsOfTopic.Clear();
        }
    }
}
