using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Access;

/// <summary>
/// Events that a reader may read: those that its own grants cover, including private ones, and those that are not private and that anonymous grants
/// cover. Immutable except for its cache; for any thread.
/// </summary>
/// <remarks>
/// Checked on every delivery, live and replayed, so the grants that match a topic are computed once per topic (<see cref="TopicDecisions"/>). A check
/// of a known topic allocates nothing.
/// </remarks>
public sealed class ReadAccess
{
    private static readonly Selector[] AnyTopic = [Selector.Any];

    private readonly IReadOnlyList<Grant> _own;
    private readonly IReadOnlyList<Grant> _public;
    private readonly TopicDecisions _decisions = new();
    private Selector[]? _patterns;

    /// <summary>Creates the access of one reader.</summary>
    /// <param name="own">Grants of the reader.</param>
    /// <param name="publicGrants">Grants of every reader, such as anonymous ones; they cover only events that are not private.</param>
    public ReadAccess(IReadOnlyList<Grant> own, IReadOnlyList<Grant> publicGrants)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(publicGrants);
        (_own, _public) = (own, publicGrants);
    }

    /// <summary>The different patterns of the reader's own grants, which the stream pays for.</summary>
    internal IReadOnlyList<Selector> Patterns => _patterns ??= [.. _own.Select(static grant => grant.Selector).Where(static selector => selector.IsPattern).Distinct()];

    /// <summary>Cost of these patterns (<see cref="Selector.Cost"/>).</summary>
    public long PatternCost => Patterns.Sum(static pattern => (long)pattern.Cost);

    /// <summary>Whether a subscription to the selector can receive any event. Two templates with the same prefix count as matching.</summary>
    /// <param name="asked">The selector.</param>
    /// <param name="types">Types in the subscription; empty for all.</param>
    public bool Admits(Selector asked, IReadOnlyList<string> types) =>
        _own.Any(grant => grant.Meets(asked, types)) || _public.Any(grant => grant.Meets(asked, types));

    /// <summary>Whether the reader's own grants cover every event that the selectors match; then no event needs a check.</summary>
    /// <param name="asked">The selectors.</param>
    /// <param name="types">Types in the subscription; empty for all.</param>
    /// <param name="hasTopics">Whether the reader also sees the other topics of these events, which can be any.</param>
    internal bool CoversAll(IReadOnlyList<Selector> asked, IReadOnlyList<string> types, bool hasTopics) =>
        (hasTopics ? AnyTopic : asked).All(selector => _own.Any(grant => grant.Covers(selector, types)));

    /// <summary>Whether the reader may read an event, by its first topic or by one of its alternates.</summary>
    internal bool MayRead(LoggedEvent found)
    {
        long work = 0;
        return MayRead(found.Topic, found.Alternates, found.Event.Type, found.Event.IsPrivate, ref work);
    }

    /// <summary>Whether the reader may read an event with these topics and this type, by its first topic or by one of its alternates.</summary>
    /// <param name="topic">The first topic.</param>
    /// <param name="alternates">The other topics.</param>
    /// <param name="type">Type of the event; null for none.</param>
    /// <param name="isPrivate">Whether the event is private.</param>
    /// <param name="work">Rises by the work of matching topics that are not cached.</param>
    internal bool MayRead(Topic topic, ReadOnlySpan<Topic> alternates, string? type, bool isPrivate, ref long work)
    {
        if (MayRead(topic, type, isPrivate, ref work))
        {
            return true;
        }

        foreach (Topic alternate in alternates)
        {
            if (MayRead(alternate, type, isPrivate, ref work))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Copies the readable events into a list, in order, and replaces the list's content.</summary>
    internal void Select(ReadOnlySpan<LoggedEvent> events, List<LoggedEvent> readable)
    {
        readable.Clear();
        foreach (LoggedEvent found in events)
        {
            if (MayRead(found))
            {
                readable.Add(found);
            }
        }
    }

    /// <summary>Whether the reader may read an event of this topic and type.</summary>
    internal bool MayRead(Topic topic, string? type, bool isPrivate)
    {
        long work = 0;
        return MayRead(topic, type, isPrivate, ref work);
    }

    private bool MayRead(Topic topic, string? type, bool isPrivate, ref long work)
    {
        TopicDecision decision = _decisions.Find(topic) ?? _decisions.Add(Decide(topic, ref work));
        string[]? types = isPrivate ? decision.Private : decision.Public;
        return types is not null && TypeFilter.Matches(types, type);
    }

    /// <summary>Whether the reader may see the topic in a list; a name also reveals information.</summary>
    /// <remarks>Not cached: a list examines very many topics, each once.</remarks>
    internal bool MaySee(Topic topic, ref long work) => Match(_own, topic.Name, ref work) || (topic.IsPublic && Match(_public, topic.Name, ref work));

    private static bool Match(IReadOnlyList<Grant> grants, string topic, ref long work)
    {
        for (int i = 0; i < grants.Count; i++)
        {
            if (grants[i].Selector.Matches(topic, ref work))
            {
                return true;
            }
        }

        return false;
    }

    private TopicDecision Decide(Topic topic, ref long work)
    {
        string[]? own = Types(_own, topic.Name, null, ref work);
        return new TopicDecision(topic, own, Types(_public, topic.Name, own, ref work));
    }

    /// <summary>Types that the grants allow for a topic, added to others: null is none, empty is all.</summary>
    private static string[]? Types(IReadOnlyList<Grant> grants, string topic, string[]? others, ref long work)
    {
        string[]? types = others;
        for (int i = 0; i < grants.Count; i++)
        {
            if (grants[i].Selector.Matches(topic, ref work))
            {
                types = grants[i].Types.Count == 0 || types is [] ? [] : [.. types ?? [], .. grants[i].Types];
            }
        }

        return types;
    }
}
