using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Access;

/// <summary>A permission for the topics of a selector, for some event types or for all.</summary>
public sealed class Grant
{
    /// <summary>Creates a grant.</summary>
    /// <param name="selector">Selector of the topics.</param>
    /// <param name="types">Event types (<c>message</c> is the type of events without one); empty for all.</param>
    public Grant(Selector selector, params IReadOnlyList<string> types)
    {
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(types);
        (Selector, Types) = (selector, [.. types]);
    }

    /// <summary>Selector of the topics.</summary>
    public Selector Selector { get; }

    /// <summary>Event types; empty for all.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>Whether the grant allows an event of this type in this topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="type">Type of the event; null for none.</param>
    public bool Allows(string topic, string? type) => TypeFilter.Matches(Types, type) && Selector.Matches(topic);

    /// <summary>
    /// Whether the grant covers every event that a subscription to <paramref name="asked"/> can receive. Conservative: can return false for a
    /// selector that is covered.
    /// </summary>
    internal bool Covers(Selector asked, IReadOnlyList<string> types) =>
        (Types.Count == 0 || (types.Count > 0 && types.All(type => TypeFilter.Matches(Types, type))))
        && (Selector.Kind == SelectorKind.Any || Selector.Equals(asked) || (asked.Kind == SelectorKind.Exact && Selector.Matches(asked.Text)));

    /// <summary>
    /// Whether the grant covers any event that a subscription to <paramref name="asked"/> can receive. Can return true for two templates without a
    /// common topic, which is safe because each event is checked later.
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
