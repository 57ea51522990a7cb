using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Topics;

/// <summary>Selectors of a subscription, which match topics. Immutable; for any thread.</summary>
internal sealed class TopicFilter
{
    private static readonly string[] NoTopics = [];

    // Nearly every stream requests one exact topic, and there are many streams, so no set is allocated for it.
    private readonly HashSet<string>? _set;
    private readonly string? _single;
    // Likewise, most subscriptions with patterns have one.
    private readonly PatternIndex<Selector>? _patterns;
    private readonly Selector? _pattern;

    public TopicFilter(IReadOnlyList<Selector> selectors)
    {
        if (selectors.Count == 1 && selectors[0].Kind == SelectorKind.Exact)
        {
            (Selectors, _single) = (selectors, selectors[0].Text);
            return;
        }

        Selectors = [.. selectors.Distinct()];
        MatchesAll = Selectors.Any(static selector => selector.Kind == SelectorKind.Any);
        Selector[] patterns = [.. Selectors.Where(static selector => selector.IsPattern)];
        if (patterns.Length == 1)
        {
            _pattern = patterns[0];
        }
        else if (patterns.Length > 1)
        {
            _patterns = new PatternIndex<Selector>(static selector => selector);
            Array.ForEach(patterns, _patterns.Add);
        }

        _set = [.. Selectors.Where(static selector => selector.Kind == SelectorKind.Exact).Select(static selector => selector.Text)];
    }

    public IReadOnlyList<Selector> Selectors { get; }

    public bool MatchesAll { get; }

    public bool HasPatterns => _patterns is not null || _pattern is not null;

    public IReadOnlyCollection<string> Exact => _set is not null ? _set : _single is null ? NoTopics : [_single];

    /// <summary>Whether a selector matches the topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="work">Rises by the work of the match (<see cref="Selector.Matches(string, ref long)"/>).</param>
    public bool Matches(string topic, ref long work) =>
        MatchesAll || string.Equals(topic, _single, StringComparison.Ordinal) || (_set is not null && _set.Contains(topic))
        || (_pattern is not null && _pattern.Matches(topic, ref work))
        || (_patterns is not null && _patterns.HasMatch(topic, ref work));
}
