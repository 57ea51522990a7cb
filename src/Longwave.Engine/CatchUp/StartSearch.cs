using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;

namespace Longwave.Engine.CatchUp;

/// <summary>
/// Finds the offset at which a stream starts that requested a time or its last events. Reads storage, so only catch-up threads use it. Reused for each
/// subscriber; for one thread.
/// </summary>
internal sealed class StartSearch
{
    /// <summary>Maximum number of events of the hot tail examined in one call.</summary>
    private const int TailEvents = 8_192;

    private readonly EventLog _log;
    private readonly LogReader _storage;
    private readonly BacklogFilter _filter;
    private readonly StoredEventHandler _take;
    private readonly Func<bool> _isEnding;
    private int _left;
    private long _before;

    public StartSearch(EventLog log, LogReader storage, BacklogFilter filter) => (_log, _storage, _filter, _take, _isEnding) = (log, storage, filter, Take, () => filter.IsEnding);

    /// <summary>Sets the position of the subscriber. False if the search must continue in a later turn, so that others have theirs.</summary>
    public bool TryFind(Subscriber subscriber, TopicMatches topics)
    {
        if (subscriber.Backlog.StartTimeUnixMs is { } time)
        {
            subscriber.Backlog.StartTimeUnixMs = null;
            subscriber.SentThrough = subscriber.Backlog.RemovalsKnownThrough = OffsetBefore(time);
        }

        return subscriber.Backlog.LastEvents == 0 || TryFindLast(subscriber, topics);
    }

    private long OffsetBefore(long time)
    {
        long before = _storage.OffsetBefore(time);
        for (long sequence = _log.Tail.Find(before); sequence >= 0 && _log.Tail[sequence] is { } next && next.TimeUnixMs < time; sequence++)
        {
            // Only events that are not stored on disk are here.
            before = next.Offset;
        }

        return before;
    }

    /// <summary>Counts the events that the subscriber would receive, from the newest on, until there are enough.</summary>
    private bool TryFindLast(Subscriber subscriber, TopicMatches topics)
    {
        ref Backlog backlog = ref subscriber.Backlog;
        _filter.Begin(subscriber, subscriber.Access, topics, isReduced: false);
        if (backlog.LastBefore == long.MaxValue)
        {
            // Events that are removed now were not requested. Later removals are reported as a gap.
            backlog.RemovalsKnownThrough = topics.TrimmedThrough(_isEnding);
        }

        (_left, _before) = (backlog.LastEvents, backlog.LastBefore);
        bool isAtStart = false;
        if (!TryCountTail(out bool hasMore) && !hasMore)
        {
            _before = _storage.ReadPageBack(topics, _take, _before);
            isAtStart = _before == 0;
        }

        if (_left > 0 && !isAtStart)
        {
            (backlog.LastEvents, backlog.LastBefore) = (_left, _before);
            return false;
        }

        backlog.LastEvents = 0;
        subscriber.SentThrough = _left > 0 ? 0 : _before - 1;
        return true;
    }

    /// <summary>Counts in the hot tail, newest first. True if there are enough; otherwise says whether the hot tail has more events to examine.</summary>
    private bool TryCountTail(out bool hasMore)
    {
        hasMore = false;
        long sequence = _log.Tail.End;
        if (_before != long.MaxValue && (sequence = _log.Tail.Find(_before - 1)) < 0)
        {
            // Older events have left the hot tail.
            return false;
        }

        for (int examined = 0; examined < TailEvents; examined++)
        {
            // An event that is evicted during the search is in storage, as are all before it.
            if (_log.Tail[--sequence] is not { } found)
            {
                _before = Math.Min(_before, _log.Tail.Base + 1);
                return false;
            }

            _before = found.Offset;
            Count(_filter.Decide(found), found.Event.Type);
            if (_left == 0 || _filter.IsExhausted)
            {
                hasMore = true;
                return _left == 0;
            }
        }

        hasMore = true;
        return false;
    }

    private PageStep Take(in StoredEvent found)
    {
        _before = found.Offset;
        Verdict verdict = _filter.Decide(in found);
        Count(verdict, verdict == Verdict.Sent ? found.Type : null);
        return _left == 0 || _filter.IsExhausted ? PageStep.Full : PageStep.Passed;
    }

    /// <summary>Counts an event. The completion of a topic is no event of a publisher; the stream receives it beside the last events.</summary>
    private void Count(Verdict verdict, string? type) => _left -= verdict == Verdict.Sent && !EventRules.IsCompletion(type) ? 1 : 0;
}
