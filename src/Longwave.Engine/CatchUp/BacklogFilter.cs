using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;

namespace Longwave.Engine.CatchUp;

/// <summary>
/// Decides whether a subscriber still gets an event that it missed. This is the only place that does: shards and catch-up readers ask it for
/// every such event, whether it is in the hot tail or in storage. Reused from page to page; for one thread.
/// </summary>
internal sealed class BacklogFilter
{
    private Subscriber _subscriber = null!;
    private ReadAccess? _access;
    private TopicMatches? _topics;
    private bool _isReduced;

    /// <summary>Begins a page.</summary>
    /// <param name="subscriber">Whose page it is.</param>
    /// <param name="access">Which events the subscriber may read; null for all.</param>
    /// <param name="topics">The topics that its selectors match, where they are known; else names are matched.</param>
    /// <param name="isReduced">Whether policies of slow subscribers, or its own request to conflate, leave events out.</param>
    public void Begin(Subscriber subscriber, ReadAccess? access, TopicMatches? topics, bool isReduced) =>
        (_subscriber, _access, _topics, _isReduced) = (subscriber, access, topics, isReduced);

    public Verdict Decide(LoggedEvent found) => IsAskedFor(found.Topic, found.Alternates)
        ? Decide(found.Topic, found.Alternates, found.Offset, found.Event.Type, found.Event.IsPrivate)
        : Verdict.NotWanted;

    /// <summary>Decides about an event in storage.</summary>
    /// <remarks>
    /// A replay reads millions of rows, and each column costs a call of the storage: a column is decoded only where it can change the verdict.
    /// Topics come first, because a scan passes over many rows of other topics.
    /// </remarks>
    public Verdict Decide(in StoredEvent found)
    {
        bool isByFirst = IsAskedFor(found.Topic);
        if (isByFirst && _access is null)
        {
            // Alternates only add ways to be asked for and to be read.
            return Decide(found.Topic, [], found.Offset, _subscriber.Request.Types.Count > 0 ? found.Type : null, isPrivate: false);
        }

        return isByFirst || IsAskedFor(found.Topic, found.Alternates)
            ? Decide(found.Topic, found.Alternates, found.Offset, found.Type, found.IsPrivate)
            : Verdict.NotWanted;
    }

    private Verdict Decide(Topic topic, ReadOnlySpan<Topic> alternates, long offset, string? type, bool isPrivate)
    {
        if (!TypeFilter.Matches(_subscriber.Request.Types, type) || _access?.MayRead(topic, alternates, type, isPrivate) == false)
        {
            return Verdict.NotWanted;
        }

        if (!IsKept(topic, alternates, offset))
        {
            return Verdict.Removed;
        }

        // The policies are for a subscriber that was slow; conflation by request is for everything that waits.
        SlowConsumer policy = _isReduced && _subscriber.Backlog.IsSlow ? topic.Policy.SlowConsumer : SlowConsumer.CatchUp;
        return policy switch
        {
            SlowConsumer.Skip => Verdict.Skipped,
            SlowConsumer.Disconnect => Verdict.Disconnects,
            SlowConsumer.Conflate => Verdict.SentIfNewest,
            _ => _isReduced && _subscriber.Request.Conflate ? Verdict.SentIfNewest : Verdict.Sent,
        };
    }

    private bool IsAskedFor(Topic topic, ReadOnlySpan<Topic> alternates)
    {
        if (IsAskedFor(topic))
        {
            return true;
        }

        foreach (Topic alternate in alternates)
        {
            if (IsAskedFor(alternate))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsAskedFor(Topic topic) => _topics is not null ? _topics.Contains(topic) : _subscriber.Filter.Matches(topic.Name);

    /// <summary>
    /// An event goes with its first topic; the policy of an alternate removes it from that alternate only. The hot tail may still hold an event
    /// that retention has removed, and a row may have been read before it was.
    /// </summary>
    private bool IsKept(Topic topic, ReadOnlySpan<Topic> alternates, long offset)
    {
        if (!topic.Keeps(offset))
        {
            return false;
        }

        if (IsAskedFor(topic))
        {
            return true;
        }

        foreach (Topic alternate in alternates)
        {
            if (IsAskedFor(alternate) && alternate.Keeps(offset))
            {
                return true;
            }
        }

        return false;
    }
}
