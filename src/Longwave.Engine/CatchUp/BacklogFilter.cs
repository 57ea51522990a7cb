using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;

namespace Longwave.Engine.CatchUp;

/// <summary>
/// Filter of missed events: decides whether a subscriber still receives an event that it missed. This is the only such decision: shards and catch-up
/// readers use it for every missed event, in the hot tail or in storage. Reused for each page; for one thread.
/// </summary>
internal sealed class BacklogFilter
{
    private Subscriber _subscriber = null!;
    private ReadAccess? _access;
    private TopicMatches? _topics;
    private bool _isReduced;
    private long _work;

    /// <summary>Maximum work of matching for one page (<see cref="Protocol.Selectors.Selector.Matches(string, ref long)"/>): about a millisecond.</summary>
    public const int MaxPageWork = 524_288;

    /// <summary>Whether the page must end, because its matches took long; other subscribers have their turn.</summary>
    public bool IsExhausted => _work > MaxPageWork;

    /// <summary>Whether the stream of the page ends.</summary>
    public bool IsEnding => _subscriber.Closing is not null;

    /// <summary>Begins a page.</summary>
    /// <param name="subscriber">The subscriber of the page.</param>
    /// <param name="access">Read access of the subscriber; null if it may read every event.</param>
    /// <param name="topics">Topics that the selectors match, if known; null to match names.</param>
    /// <param name="isReduced">Whether policies of slow subscribers or requested conflation omit events.</param>
    public void Begin(Subscriber subscriber, ReadAccess? access, TopicMatches? topics, bool isReduced) =>
        (_subscriber, _access, _topics, _isReduced, _work) = (subscriber, access, topics, isReduced, 0);

    public Verdict Decide(LoggedEvent found) => IsAskedFor(found.Topic, found.Alternates)
        ? Decide(found.Topic, found.Alternates, found.Offset, found.Event.Type, found.Event.IsPrivate)
        : Verdict.NotWanted;

    /// <summary>Decides about an event in storage.</summary>
    /// <remarks>
    /// A replay reads millions of rows, and each column costs a call of SQLite, so a column is decoded only if it can change the verdict. Topics are
    /// first, because a scan passes many rows of other topics.
    /// </remarks>
    public Verdict Decide(in StoredEvent found)
    {
        bool isByFirst = IsAskedFor(found.Topic);
        if (isByFirst && _access is null)
        {
            // Alternate topics can only add ways to match and to be readable, never remove one.
            return Decide(found.Topic, [], found.Offset, _isReduced || _subscriber.Request.Types.Count > 0 ? found.Type : null, isPrivate: false);
        }

        return isByFirst || IsAskedFor(found.Topic, found.Alternates)
            ? Decide(found.Topic, found.Alternates, found.Offset, found.Type, found.IsPrivate)
            : Verdict.NotWanted;
    }

    private Verdict Decide(Topic topic, ReadOnlySpan<Topic> alternates, long offset, string? type, bool isPrivate)
    {
        if (!TypeFilter.Matches(_subscriber.Request.Types, type) || _access?.MayRead(topic, alternates, type, isPrivate, ref _work) == false)
        {
            return Verdict.NotWanted;
        }

        if (!IsKept(topic, alternates, offset))
        {
            return IsDeleted(topic, alternates, offset) ? Verdict.Deleted : Verdict.Removed;
        }

        if (_isReduced && EventRules.IsCompletion(type))
        {
            // It replaces no event, and none replaces it.
            return Verdict.Sent;
        }

        // Policies apply to a subscriber that was slow; requested conflation applies to every waiting event.
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

    private bool IsAskedFor(Topic topic) => _topics is not null ? _topics.Contains(topic, ref _work) : _subscriber.Filter.Matches(topic.Name, ref _work);

    /// <summary>
    /// Whether the log keeps an event. Its first topic decides; the policy or the deletion of an alternate removes it from that alternate only. The check
    /// is needed because the hot tail can still contain an event that was removed or deleted, and a row can be read before its removal.
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

    /// <summary>Whether an event that the log does not keep was deleted on request.</summary>
    private bool IsDeleted(Topic topic, ReadOnlySpan<Topic> alternates, long offset)
    {
        if (offset <= topic.DeletedThrough)
        {
            return true;
        }

        foreach (Topic alternate in alternates)
        {
            if (offset <= alternate.DeletedThrough && IsAskedFor(alternate))
            {
                return true;
            }
        }

        return false;
    }
}
