using Longwave.Protocol.Selectors;
using Longwave.Protocol.Urls;

namespace Longwave.Engine.Topics;

/// <summary>Patterns by their literal prefix, so that a topic meets only patterns that can match it. For one thread.</summary>
/// <remarks>URL patterns match the canonical form of a topic, which depends on their base URL, so each base has an index of its own.</remarks>
/// <param name="selectorOf">The pattern of an item.</param>
internal sealed class PatternIndex<T>(Func<T, Selector> selectorOf)
{
    private readonly PrefixIndex<T> _templates = new();
    private readonly Dictionary<UrlParts, (PrefixIndex<T> Index, int Count)> _urls = [];

    /// <summary>Number of different base URLs. A topic is parsed once for each.</summary>
    public int Bases => _urls.Count;

    /// <summary>Whether there are patterns with the base URL of a pattern, or it has none.</summary>
    public bool HasBase(Selector selector) => selector.Base is null || _urls.ContainsKey(selector.Base);

    public void Add(T item)
    {
        Selector selector = selectorOf(item);
        if (selector.Base is null)
        {
            _templates.Add(selector.KeyPrefix, item);
            return;
        }

        (PrefixIndex<T> index, int count) = _urls.TryGetValue(selector.Base, out (PrefixIndex<T> Index, int Count) found) ? found : (new PrefixIndex<T>(), 0);
        _urls[selector.Base] = (index, count + 1);
        index.Add(selector.KeyPrefix, item);
    }

    public void Remove(T item)
    {
        Selector selector = selectorOf(item);
        if (selector.Base is null)
        {
            _templates.Remove(selector.KeyPrefix, item);
            return;
        }

        (PrefixIndex<T> index, int count) = _urls[selector.Base];
        index.Remove(selector.KeyPrefix, item);
        _urls[selector.Base] = (index, count - 1);
        if (count == 1)
        {
            _urls.Remove(selector.Base);
        }
    }

    /// <summary>Maximum number of patterns that one topic meets, of those with the same base, among the topics that a pattern can match.</summary>
    public int LargestLoad(Selector selector) =>
        selector.Base is null ? _templates.LargestLoad(selector.KeyPrefix)
        : _urls.TryGetValue(selector.Base, out (PrefixIndex<T> Index, int Count) found) ? found.Index.LargestLoad(selector.KeyPrefix)
        : 0;

    /// <summary>Adds the items whose pattern matches a topic to a list.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="matches">The list.</param>
    /// <param name="work">Rises by the work of the matches (<see cref="Selector.Matches(string, ref long)"/>).</param>
    public void FindMatches(string topic, List<T> matches, ref long work)
    {
        FindMatches(_templates.Find(topic), topic, matches, ref work);
        foreach ((UrlParts baseUrl, (PrefixIndex<T> index, _)) in _urls)
        {
            work += topic.Length;
            FindMatches(Selector.KeyOf(topic, baseUrl) is { } key ? index.Find(key) : null, topic, matches, ref work);
        }
    }

    /// <summary>Whether any pattern matches a topic. For any thread while nothing is added or removed.</summary>
    public bool HasMatch(string topic, ref long work)
    {
        if (HasMatch(_templates.Find(topic), topic, ref work))
        {
            return true;
        }

        foreach ((UrlParts baseUrl, (PrefixIndex<T> index, _)) in _urls)
        {
            work += topic.Length;
            if (Selector.KeyOf(topic, baseUrl) is { } key && HasMatch(index.Find(key), topic, ref work))
            {
                return true;
            }
        }

        return false;
    }

    private void FindMatches(PrefixNode<T>? node, string topic, List<T> matches, ref long work)
    {
        for (; node is not null; node = node.Parent)
        {
            foreach (T item in node.Items)
            {
                if (selectorOf(item).Matches(topic, ref work))
                {
                    matches.Add(item);
                }
            }
        }
    }

    private bool HasMatch(PrefixNode<T>? node, string topic, ref long work)
    {
        for (; node is not null; node = node.Parent)
        {
            foreach (T item in node.Items)
            {
                if (selectorOf(item).Matches(topic, ref work))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
