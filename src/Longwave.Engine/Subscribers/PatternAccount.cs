using System.Diagnostics;
using System.Runtime.InteropServices;
using Longwave.Engine.Configuration;
using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Account of what patterns cost: memory and compilation (<see cref="Selector.Cost"/>) per stream, per client and of the hub, and the number of patterns
/// that one topic meets on the delivery threads. A stream pays when it is admitted and until it ends. For any thread.
/// </summary>
internal sealed class PatternAccount(HubLimits limits)
{
    /// <summary>Maximum number of base URLs of the patterns on delivery threads, because each new topic is parsed once for each.</summary>
    private const int MaxInlineBases = 4;

    // Guards all fields below.
    private readonly Lock _gate = new();

    private readonly Dictionary<Selector, int> _subscribed = [];
    private readonly Dictionary<Selector, int> _granted = [];
    private readonly Dictionary<Selector, int> _inline = [];
    private readonly Dictionary<object, long> _clients = [];
    private readonly PatternIndex<Selector> _index = new(static selector => selector);
    private long _cost;

    /// <summary>Number of different patterns subscribed.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _subscribed.Count;
            }
        }
    }

    /// <summary>Cost of the different patterns in use.</summary>
    public long Cost
    {
        get
        {
            lock (_gate)
            {
                return _cost;
            }
        }
    }

    /// <summary>Charges a stream for the patterns of its subscription.</summary>
    /// <param name="selectors">The different selectors.</param>
    /// <param name="client">Client that pays; null for one without a limit.</param>
    /// <param name="charge">The charge, to be returned when the stream ends; null without patterns or if the stream is rejected.</param>
    public SubscribeOutcome TryCharge(IReadOnlyList<Selector> selectors, object? client, out PatternCharge? charge) =>
        TryCharge([.. selectors.Where(static selector => selector.IsPattern)], isGranted: false, client, out charge);

    /// <summary>Charges a stream for the patterns of its grants.</summary>
    /// <param name="patterns">The different patterns.</param>
    /// <param name="client">Client that pays; null for one without a limit.</param>
    /// <param name="charge">The charge, to be returned when the stream ends or is renewed; null without patterns or if the stream is rejected.</param>
    public SubscribeOutcome TryChargeGrants(IReadOnlyList<Selector> patterns, object? client, out PatternCharge? charge) =>
        TryCharge(patterns, isGranted: true, client, out charge);

    /// <summary>Returns a charge. Call it once for each charge.</summary>
    public void Return(PatternCharge? charge)
    {
        if (charge is null)
        {
            return;
        }

        lock (_gate)
        {
            foreach (Selector pattern in charge.Patterns)
            {
                _cost -= Release(charge.IsGranted ? _granted : _subscribed, pattern) ? pattern.Cost : 0;
                if (charge.IsInline && Release(_inline, pattern))
                {
                    _index.Remove(pattern);
                }
            }

            if (charge.Client is not null && (_clients[charge.Client] -= charge.Cost) == 0)
            {
                _clients.Remove(charge.Client);
            }

            Debug.Assert(_cost >= 0, "A charge is returned once.");
        }
    }

    private SubscribeOutcome TryCharge(IReadOnlyList<Selector> patterns, bool isGranted, object? client, out PatternCharge? charge)
    {
        charge = null;
        if (patterns.Count == 0)
        {
            return SubscribeOutcome.Accepted;
        }

        long cost = patterns.Sum(static pattern => (long)pattern.Cost);
        if (cost > limits.MaxSubscriptionCost)
        {
            return SubscribeOutcome.SubscriptionTooCostly;
        }

        lock (_gate)
        {
            Dictionary<Selector, int> used = isGranted ? _granted : _subscribed;
            long ofClient = client is null ? 0 : _clients.GetValueOrDefault(client) + cost;
            if (ofClient > limits.MaxClientCost)
            {
                return SubscribeOutcome.ClientTooCostly;
            }

            List<Selector> added = [.. patterns.Where(pattern => !used.ContainsKey(pattern))];
            long addedCost = added.Sum(static pattern => (long)pattern.Cost);
            if (_cost + addedCost > limits.MaxPatternCost || (!isGranted && _subscribed.Count + added.Count > limits.MaxPatterns))
            {
                return SubscribeOutcome.TooManyPatterns;
            }

            _cost += addedCost;
            foreach (Selector pattern in patterns)
            {
                Hold(used, pattern);
            }

            if (client is not null)
            {
                _clients[client] = ofClient;
            }

            charge = new PatternCharge(patterns, isGranted, cost, client, !isGranted && TryAddInline_NeedsLock(patterns));
            return SubscribeOutcome.Accepted;
        }
    }

    /// <summary>Adds patterns to those that the delivery threads match, unless a topic would then meet too many.</summary>
    private bool TryAddInline_NeedsLock(IReadOnlyList<Selector> patterns)
    {
        for (int i = 0; i < patterns.Count; i++)
        {
            Selector pattern = patterns[i];
            if (!_inline.ContainsKey(pattern))
            {
                if (_index.LargestLoad(pattern) >= limits.MaxInlinePatterns || (_index.Bases >= MaxInlineBases && !_index.HasBase(pattern)))
                {
                    for (int undone = 0; undone < i; undone++)
                    {
                        if (Release(_inline, patterns[undone]))
                        {
                            _index.Remove(patterns[undone]);
                        }
                    }

                    return false;
                }

                _index.Add(pattern);
            }

            Hold(_inline, pattern);
        }

        return true;
    }

    private static void Hold(Dictionary<Selector, int> used, Selector pattern) => CollectionsMarshal.GetValueRefOrAddDefault(used, pattern, out _)++;

    /// <summary>Counts one user less; true for the last one.</summary>
    private static bool Release(Dictionary<Selector, int> used, Selector pattern) => --CollectionsMarshal.GetValueRefOrAddDefault(used, pattern, out _) == 0 && used.Remove(pattern);
}
