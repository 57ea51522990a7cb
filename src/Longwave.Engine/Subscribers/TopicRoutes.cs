using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>Map from topics to the live subscribers of one shard. Shard thread only.</summary>
/// <remarks>
/// Subscribers are attached to selectors, not to topics: one node per different selector. The patterns that match a topic are computed when the topic
/// first gets an event, and again only after a pattern was added or removed.
/// </remarks>
internal sealed class TopicRoutes
{
    /// <summary>Number of topics whose patterns are remembered. Beyond it all are computed again.</summary>
    private const int RememberedTopics = 262_144;

    private readonly Dictionary<string, RouteNode> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<Selector, RouteNode> _patterns = [];
    private readonly Dictionary<string, RouteNode[]> _patternsOfTopic = new(StringComparer.Ordinal);

    public RouteNode Any { get; } = new(null);

    public RouteNode? Exact(string topic) => _exact.GetValueOrDefault(topic);

    public RouteNode[] Patterns(string topic)
    {
        if (_patterns.Count == 0)
        {
            return [];
        }

        if (!_patternsOfTopic.TryGetValue(topic, out RouteNode[]? found))
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
            Node(selectors[i]).Add(subscriber, i);
        }
    }

    public void Remove(Subscriber subscriber)
    {
        IReadOnlyList<Selector> selectors = subscriber.Filter.Selectors;
        for (int i = 0; i < selectors.Count; i++)
        {
            Selector selector = selectors[i];
            RouteNode node = Node(selector);
            node.Remove(subscriber, i);
            if (node.IsEmpty && selector.Kind != SelectorKind.Any)
            {
                Drop(selector);
            }
        }
    }

    private RouteNode[] FindPatterns(string topic) => [.. _patterns.Values.Where(node => node.Selector!.Matches(topic))];

    private RouteNode Node(Selector selector)
    {
        if (selector.Kind == SelectorKind.Any)
        {
            return Any;
        }

        RouteNode? node;
        if (selector.IsPattern ? _patterns.TryGetValue(selector, out node) : _exact.TryGetValue(selector.Text, out node))
        {
            return node;
        }

        node = new RouteNode(selector);
        if (selector.IsPattern)
        {
            _patterns.Add(selector, node);
        }
        else
        {
            _exact.Add(selector.Text, node);
        }

        Changed(selector);
        return node;
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
