using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Access;

/// <summary>A permission: the topics that a selector matches, for some event types or for all.</summary>
public sealed class Grant
{
    /// <summary>Makes a grant.</summary>
    /// <param name="selector">Which topics.</param>
    /// <param name="types">Which event types (<c>message</c> stands for events without one); empty for all.</param>
    public Grant(Selector selector, params IReadOnlyList<string> types)
    {
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(types);
        (Selector, Types) = (selector, [.. types]);
    }

    /// <summary>Which topics.</summary>
    public Selector Selector { get; }

    /// <summary>Which event types; empty for all.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>Whether an event of this type, published to this topic, is granted.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="type">Type of the event; null for none.</param>
    public bool Allows(string topic, string? type) => TypeFilter.Matches(Types, type) && Selector.Matches(topic);

    /// <summary>Whether every event that a subscription to <paramref name="asked"/> can get is granted. May say no when it is so only by chance.</summary>
    internal bool Covers(Selector asked, IReadOnlyList<string> types) =>
        (Types.Count == 0 || (types.Count > 0 && types.All(type => TypeFilter.Matches(Types, type))))
        && (Selector.Kind == SelectorKind.Any || Selector.Equals(asked) || (asked.Kind == SelectorKind.Exact && Selector.Matches(asked.Text)));

    /// <summary>
    /// Whether a subscription to <paramref name="asked"/> can get anything granted. May say yes to two templates that have no topic in
    /// common: each event is looked at anyway.
    /// </summary>
    internal bool Meets(Selector asked, IReadOnlyList<string> types) =>
        (Types.Count == 0 || types.Count == 0 || types.Any(type => TypeFilter.Matches(Types, type))) && Overlap(Selector, asked);

    private static bool Overlap(Selector a, Selector b)
    {
        if (a.Kind == SelectorKind.Any || b.Kind == SelectorKind.Any || a.Matches(b.Text) || b.Matches(a.Text))
        {
            return true;
        }

        return a.IsPattern && b.IsPattern
            && (a.Prefix.StartsWith(b.Prefix, StringComparison.Ordinal) || b.Prefix.StartsWith(a.Prefix, StringComparison.Ordinal));
    }
}
