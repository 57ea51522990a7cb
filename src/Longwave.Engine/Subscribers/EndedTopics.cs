using Longwave.Engine.Access;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// The topics of a subscription that have ended for its subscriber. A subscription ends when all its topics have ended; one with a selector that can match
/// new topics never ends. Owner only.
/// </summary>
/// <remarks>
/// A subscription to several topics remembers those that have ended: retention can remove the completion of one topic before the last one completes.
/// </remarks>
internal struct EndedTopics
{
    private HashSet<string>? _ended;

    /// <summary>Whether every topic has ended, now or at an earlier call.</summary>
    /// <param name="filter">The selectors.</param>
    /// <param name="topics">The topics of the log.</param>
    /// <param name="access">Read access of the subscriber; null if it may read every event.</param>
    /// <param name="through">Offset up to which the subscriber has every event.</param>
    public bool HasAll(TopicFilter filter, TopicTable topics, ReadAccess? access, long through)
    {
        if (filter.MatchesAll || filter.HasPatterns)
        {
            return false;
        }

        bool all = true;
        for (int i = 0; i < filter.Selectors.Count; i++)
        {
            string topic = filter.Selectors[i].Text;
            if (_ended?.Contains(topic) == true)
            {
                continue;
            }

            if (!HasEnded(topic, topics, access, through))
            {
                all = false;
            }
            else if (filter.Selectors.Count > 1)
            {
                (_ended ??= new HashSet<string>(StringComparer.Ordinal)).Add(topic);
            }
        }

        return all;
    }

    /// <summary>Whether every topic of a request has ended at its start, so that a stream would have nothing to deliver. For any thread.</summary>
    public static bool HasAll(IReadOnlyList<Selector> selectors, TopicTable topics, ReadAccess? access, long through)
    {
        for (int i = 0; i < selectors.Count; i++)
        {
            if (selectors[i].Kind != SelectorKind.Exact || !HasEnded(selectors[i].Text, topics, access, through))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether a topic is complete by an event up to an offset. A topic whose events are all private ends only for those who may read them, because its
    /// state also reveals information.
    /// </summary>
    private static bool HasEnded(string topic, TopicTable topics, ReadAccess? access, long through) =>
        topics.TryGet(topic, out Topic? found) && found.CompletedAt <= through && found.IsComplete
        && access?.MayRead(found, EventRules.CompletionType, isPrivate: !found.IsPublic) != false;
}
