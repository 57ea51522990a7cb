using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Fanout;

/// <summary>Topic → subscribers, for the live subscribers of one shard. Of the shard's thread.</summary>
/// <remarks>
/// Subscribers hang on their selector, not on topics: one node per different selector. Which patterns match a topic is worked out when
/// the topic first gets an event, and again only after a pattern came or went.
/// </remarks>
internal sealed class TopicRoutes
{
    /// <summary>Topics whose patterns are remembered; then all are worked out anew.</summary>
    private const int RememberedTopics = 262_144;

    private readonly Dictionary<string, RouteNode> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RouteNode> _patterns = new(StringComparer.Ordinal);
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

        Dictionary<string, RouteNode> nodes = selector.Kind == SelectorKind.Exact ? _exact : _patterns;
        if (!nodes.TryGetValue(selector.Text, out RouteNode? node))
        {
            node = new RouteNode(selector);
            nodes.Add(selector.Text, node);
            Changed(selector);
        }

        return node;
    }

    private void Drop(Selector selector)
    {
        (selector.Kind == SelectorKind.Exact ? _exact : _patterns).Remove(selector.Text);
        Changed(selector);
    }

    private void Changed(Selector selector)
    {
        if (selector.Kind == SelectorKind.Template)
        {
            _patternsOfTopic.Clear();
        }
    }
}
