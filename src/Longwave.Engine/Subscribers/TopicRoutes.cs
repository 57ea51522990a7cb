using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>Map from topics to the live subscribers of one shard. Shard thread only.</summary>
/// <remarks>
/// Subscribers are attached to selectors, not to topics: one route per different selector. The patterns that match a topic are computed when the topic
/// first gets an event, and again only after a pattern was added or removed.
/// </remarks>
internal sealed class TopicRoutes
{
    /// <summary>Number of topics whose patterns are remembered. Beyond it all are computed again.</summary>
    private const int RememberedTopics = 262_144;

    private readonly Dictionary<string, Route> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<Selector, Route> _patterns = [];
    private readonly Dictionary<string, Route[]> _patternsOfTopic = new(StringComparer.Ordinal);

    public Route Any { get; } = new(null);

    public Route? Exact(string topic) => _exact.GetValueOrDefault(topic);

    public Route[] Patterns(string topic)
    {
        if (_patterns.Count == 0)
        {
            return [];
        }

        if (!_patternsOfTopic.TryGetValue(topic, out Route[]? found))
        {
            if (_patternsOfTopic.Count >= RememberedTopics)
            {
                _patternsOfTopic.Clear();
            }

            found = FindPatterns(topic);
            _patternsOfTopic.Add(topic, found);
        }

        return found;
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

    private Route[] FindPatterns(string topic) => [.. _patterns.Values.Where(route => route.Selector!.Matches(topic))];

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
        _ = selector.IsPattern ? _patterns.Remove(selector) : _exact.Remove(selector.Text);
        Changed(selector);
    }

    private void Changed(Selector selector)
    {
        if (selector.IsPattern)
        {
            _patternsOfTopic.Clear();
        }
    }
}
