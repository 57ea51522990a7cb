using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Topics;

/// <summary>Selectors of a subscription, which match topics. Immutable; for any thread.</summary>
internal sealed class TopicFilter
{
    private static readonly string[] NoTopics = [];

    // Nearly every stream requests one exact topic, and there are many streams, so no set is allocated for it.
    private readonly HashSet<string>? _set;
    private readonly string? _single;
    private readonly Selector[] _patterns = [];

    public TopicFilter(IReadOnlyList<Selector> selectors)
    {
        if (selectors.Count == 1 && selectors[0].Kind == SelectorKind.Exact)
        {
            (Selectors, _single) = (selectors, selectors[0].Text);
            return;
        }

        Selectors = [.. selectors.Distinct()];
        MatchesAll = Selectors.Any(static selector => selector.Kind == SelectorKind.Any);
        _patterns = [.. Selectors.Where(static selector => selector.IsPattern)];
        _set = [.. Selectors.Where(static selector => selector.Kind == SelectorKind.Exact).Select(static selector => selector.Text)];
    }

    public IReadOnlyList<Selector> Selectors { get; }

    public bool MatchesAll { get; }

    public bool HasPatterns => _patterns.Length > 0;

    public IReadOnlyCollection<string> Exact => _set is not null ? _set : _single is null ? NoTopics : [_single];

    public bool Matches(string topic)
    {
        if (MatchesAll || string.Equals(topic, _single, StringComparison.Ordinal) || (_set is not null && _set.Contains(topic)))
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
