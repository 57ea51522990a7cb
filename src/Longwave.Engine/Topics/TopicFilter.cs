using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Topics;

/// <summary>Which topics a subscription asks for. Immutable, used from any thread.</summary>
internal sealed class TopicFilter
{
    private readonly HashSet<string> _exact;
    private readonly Selector[] _patterns;

    public TopicFilter(IReadOnlyList<Selector> selectors)
    {
        Selectors = [.. selectors.Distinct()];
        MatchesAll = Selectors.Any(static selector => selector.Kind == SelectorKind.Any);
        _patterns = [.. Selectors.Where(static selector => selector.Kind == SelectorKind.Template)];
        _exact = [.. Selectors.Where(static selector => selector.Kind == SelectorKind.Exact).Select(static selector => selector.Text)];
    }

    public IReadOnlyList<Selector> Selectors { get; }

    public bool MatchesAll { get; }

    public bool HasPatterns => _patterns.Length > 0;

    public IReadOnlyCollection<string> Exact => _exact;

    public bool Matches(string topic)
    {
        if (MatchesAll || _exact.Contains(topic))
        {
            return true;
        }

        foreach (Selector pattern in _patterns)
        {
            if (pattern.Matches(topic))
            {
                return true;
            }
        }

        return false;
    }
}
