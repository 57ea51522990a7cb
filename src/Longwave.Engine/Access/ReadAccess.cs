using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Access;

/// <summary>
/// Which events reach a reader: those that its own grants cover, private ones included, and those that are not private and that everybody
/// may read. Immutable but for what it remembers; used from any thread.
/// </summary>
/// <remarks>
/// Asked for every delivery, live and replayed, so the grants that meet a topic are worked out once per topic
/// (<see cref="TopicDecisions"/>). Nothing is allocated for a topic that it has met.
/// </remarks>
public sealed class ReadAccess
{
    private readonly IReadOnlyList<Grant> _own;
    private readonly IReadOnlyList<Grant> _everybodys;
    private readonly TopicDecisions _decisions = new();

    /// <summary>Makes the access of one reader.</summary>
    /// <param name="own">What it was granted itself.</param>
    /// <param name="everybodys">What everybody may read; holds for events that are not private.</param>
    public ReadAccess(IReadOnlyList<Grant> own, IReadOnlyList<Grant> everybodys)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(everybodys);
        (_own, _everybodys) = (own, everybodys);
    }

    /// <summary>Whether a subscription to the selector can get anything at all. Two templates count as meeting when they begin alike.</summary>
    /// <param name="asked">The selector.</param>
    /// <param name="types">The types subscribed to; empty for all.</param>
    public bool Admits(Selector asked, IReadOnlyList<string> types) =>
        _own.Any(grant => grant.Meets(asked, types)) || _everybodys.Any(grant => grant.Meets(asked, types));

    /// <summary>Whether the reader's own grants cover everything that the selectors can find: then no event needs to be looked at.</summary>
    internal bool CoversAll(IReadOnlyList<Selector> asked, IReadOnlyList<string> types) =>
        asked.All(selector => _own.Any(grant => grant.Covers(selector, types)));

    /// <summary>Whether an event may be read: by its first topic or by one of its alternates.</summary>
    internal bool MayRead(LoggedEvent found) => MayRead(found.Topic, found.Alternates, found.Event.Type, found.Event.IsPrivate);

    /// <summary>Whether an event of these topics and this type may be read: by its first topic or by one of its alternates.</summary>
    internal bool MayRead(Topic topic, ReadOnlySpan<Topic> alternates, string? type, bool isPrivate)
    {
        if (MayRead(topic, type, isPrivate))
        {
            return true;
        }

        foreach (Topic alternate in alternates)
        {
            if (MayRead(alternate, type, isPrivate))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Puts those of the events that may be read into a list, in their order, in the place of what it had.</summary>
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

    /// <summary>Whether an event of this topic and type may be read.</summary>
    internal bool MayRead(Topic topic, string? type, bool isPrivate)
    {
        TopicDecision decision = _decisions.Find(topic) ?? _decisions.Add(Decide(topic));
        string[]? types = isPrivate ? decision.Private : decision.Public;
        return types is not null && TypeFilter.Matches(types, type);
    }

    /// <summary>Whether the topic may be seen in a list: its name tells something, too.</summary>
    /// <remarks>Not remembered: a list looks at very many topics, each once.</remarks>
    internal bool MaySee(Topic topic) => Match(_own, topic.Name) || (topic.IsPublic && Match(_everybodys, topic.Name));

    private static bool Match(IReadOnlyList<Grant> grants, string topic)
    {
        for (int i = 0; i < grants.Count; i++)
        {
            if (grants[i].Selector.Matches(topic))
            {
                return true;
            }
        }

        return false;
    }

    private TopicDecision Decide(Topic topic)
    {
        string[]? own = Types(_own, topic.Name, null);
        return new TopicDecision(topic, own, Types(_everybodys, topic.Name, own));
    }

    /// <summary>The types that the grants allow for a topic, added to others: null is none, empty is all.</summary>
    private static string[]? Types(IReadOnlyList<Grant> grants, string topic, string[]? others)
    {
        string[]? types = others;
        foreach (Grant grant in grants.Where(grant => grant.Selector.Matches(topic)))
        {
            types = grant.Types.Count == 0 || types is [] ? [] : [.. types ?? [], .. grant.Types];
        }

        return types;
    }
}
