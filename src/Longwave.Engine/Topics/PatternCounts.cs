using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Topics;

/// <summary>Number of different subscribed patterns. Each must be matched against every topic, so the number is limited.</summary>
internal sealed class PatternCounts(int most)
{
    // Guards _counts.
    private readonly Lock _gate = new();

    private readonly Dictionary<Selector, int> _counts = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _counts.Count;
            }
        }
    }

    public bool TryAdd(IReadOnlyList<Selector> selectors)
    {
        if (!selectors.Any(IsPattern))
        {
            return true;
        }

        lock (_gate)
        {
            int added = selectors.Where(IsPattern).Count(selector => !_counts.ContainsKey(selector));
            if (_counts.Count + added > most)
            {
                return false;
            }

            foreach (Selector selector in selectors.Where(IsPattern))
            {
                _counts[selector] = _counts.GetValueOrDefault(selector) + 1;
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
                if (--_counts[selector] == 0)
                {
                    _counts.Remove(selector);
                }
            }
        }
    }

    private static bool IsPattern(Selector selector) => selector.IsPattern;
}
