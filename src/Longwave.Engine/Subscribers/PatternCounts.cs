using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>How many different patterns are subscribed: each costs a match for every topic, so their number is bounded.</summary>
internal sealed class PatternCounts(int most)
{
    // Guards _counts.
    private readonly Lock _gate = new();

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public bool TryAdd(IReadOnlyList<Selector> selectors)
    {
        if (!selectors.Any(IsPattern))
        {
            return true;
        }

        lock (_gate)
        {
            int added = selectors.Where(IsPattern).Count(selector => !_counts.ContainsKey(selector.Text));
            if (_counts.Count + added > most)
            {
                return false;
            }

            foreach (Selector selector in selectors.Where(IsPattern))
            {
                _counts[selector.Text] = _counts.GetValueOrDefault(selector.Text) + 1;
            }

            return true;
        }
    }

    public void Remove(IReadOnlyList<Selector> selectors)
    {
        if (!selectors.Any(IsPattern))
        {
            return;
        }

        lock (_gate)
        {
            foreach (Selector selector in selectors.Where(IsPattern))
            {
                if (--_counts[selector.Text] == 0)
                {
                    _counts.Remove(selector.Text);
                }
            }
        }
    }

    private static bool IsPattern(Selector selector) => selector.Kind == SelectorKind.Template;
}
