using System.Diagnostics;
using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.CatchUp;

/// <summary>
/// Step 7 of the path of an event (see <see cref="HubEngine"/>): reads the log for a subscriber that lags and sends the events, page by page. A shard
/// has one reader, of the hot tail only; each catch-up thread has one that also reads storage. For one thread, which owns the subscriber during the
/// page.
/// </summary>
/// <remarks>
/// <para>
/// A page without omitted events is read and sent. If policies omit events (<see cref="Backlog.ReducedThrough"/>), the reader first surveys the
/// range, then writes a page of the remaining events. Events that do not fit in the page are surveyed again for the next page, so that a subscriber
/// needs no memory between two pages.
/// </para>
/// <para>The state of the subscriber changes only after the page is read, so a discarded page has no effect.</para>
/// </remarks>
internal sealed class BacklogReader
{
    /// <summary>Maximum number of events of the hot tail examined for one page, matching or not.</summary>
    private const int TailPageEvents = 8_192;

    /// <summary>Maximum number of reads in one survey. A read of rare topics examines thousands of rows and may find none.</summary>
    private const int SurveyReads = 16;

    private readonly EventLog _log;
    private readonly HubLimits _limits;
    private readonly LogReader? _storage;
    private readonly Counters<HubCounter> _counters;
    private readonly CatchUpPage _page;
    private readonly BacklogFilter _filter = new();
    private readonly BacklogSurvey _survey;
    private readonly StartSearch? _start;
    private readonly GapNotices _gaps;
    private readonly StoredEventHandler _take;
    private readonly Func<bool> _isEnding;
    private bool _isSurvey;
    private long _removedThrough;
    private bool _hasDeleted;

    private BacklogReader(EventLog log, HubLimits limits, LogReader? storage, Counters<HubCounter> counters, int pageBytes, int surveyEvents)
    {
        (_log, _limits, _storage, _counters) = (log, limits, storage, counters);
        (_page, _survey, _take, _isEnding) = (new CatchUpPage(pageBytes), new BacklogSurvey(surveyEvents), Take, () => _filter.IsEnding);
        _gaps = new GapNotices(log, _page, counters);
        _start = storage is null ? null : new StartSearch(log, storage, _filter);
    }

    /// <summary>Creates a reader of the hot tail, for a shard.</summary>
    public static BacklogReader OfTail(EventLog log, HubLimits limits, Counters<HubCounter> counters) =>
        new(log, limits, null, counters, limits.MaxWriteBytes, limits.JoinScanEvents);

    /// <summary>Creates a reader of storage and hot tail, for a catch-up thread, which disposes the storage reader.</summary>
    public static BacklogReader OfLog(EventLog log, HubLimits limits, LogReader storage, Counters<HubCounter> counters) =>
        new(log, limits, storage, counters, CatchUpPage.ReaderBytes, limits.ConflationPassEvents);

    /// <summary>Whether the last page ended early, because its matches took long.</summary>
    public bool IsExhausted => _filter.IsExhausted;

    /// <summary>Sends the next page from the hot tail. Shard thread only.</summary>
    /// <param name="subscriber">A live subscriber that missed events.</param>
    /// <param name="end">Sequence before which the page ends; the shard routes events from there on.</param>
    public PageOutcome ReadTail(Subscriber subscriber, long end)
    {
        Debug.Assert(_storage is null && subscriber is { State: SubscriberState.Live, Backlog.MissedFrom: >= 0 }, "A live subscriber that missed events.");
        _counters.Add(HubCounter.TailPages);
        return ReadPage(subscriber, topics: null, new ReadPosition(subscriber.SentThrough, subscriber.Backlog.MissedFrom), storedThrough: 0, end);
    }

    /// <summary>Sends the next page from storage or the hot tail. Catch-up thread only.</summary>
    /// <returns>Whether there is more to read and the sink accepts more; <see cref="Backlog.NeedsReader"/> has the same value.</returns>
    public bool ReadLog(Subscriber subscriber)
    {
        Debug.Assert(_storage is not null && subscriber.State == SubscriberState.CatchingUp, "The subscriber must be lent to this reader.");
        if (subscriber.Closing is not null)
        {
            return false;
        }

        _counters.Add(HubCounter.LogPages);

        // The tip is read before the end of the hot tail, which then has every event up to the tip. Both ends are read before the topics: the topic
        // of every event before these ends is then in the table.
        long tip = _log.Tip;
        long storedThrough = _log.Tail.Base;
        long end = _log.Tail.End;
        TopicMatches topics = subscriber.Backlog.Topics ??= new TopicMatches(subscriber.Filter, _log.Topics, _limits.CatchUpTopics);
        if (!topics.Refresh(BacklogFilter.MaxPageWork))
        {
            // The next turn continues to match the topics.
            return subscriber.Backlog.NeedsReader = true;
        }

        if (!_start!.TryFind(subscriber, topics))
        {
            // The next turn continues to search for the start.
            return subscriber.Backlog.NeedsReader = true;
        }

        ReadPage(subscriber, topics, new ReadPosition(subscriber.SentThrough, -1), storedThrough, end, tip);
        ref Backlog backlog = ref subscriber.Backlog;
        return backlog.NeedsReader = !subscriber.IsBlocked && subscriber.Closing is null && !backlog.IsTooSlow
            && (backlog.IsReduced(subscriber.SentThrough) || !IsNearEnd(subscriber.SentThrough) || _log.Damage.Within(subscriber.SentThrough, _log.Tip) is not null);
    }

    private PageOutcome ReadPage(Subscriber subscriber, TopicMatches? topics, ReadPosition start, long storedThrough, long end, long tip = 0)
    {
        // A renewal can exchange the access at any moment. The whole page uses this one.
        ReadAccess? access = subscriber.Access;
        bool isReduced = subscriber.Backlog.IsReduced(start.Offset);
        (_removedThrough, _hasDeleted) = (0, false);
        _filter.Begin(subscriber, access, topics, isReduced);
        _page.Begin(subscriber.Request.Format, access);
        ReadPosition read = isReduced ? ReadReduced(subscriber.Backlog.SkippedThrough, subscriber.Backlog.ReducedThrough, topics, start, end) : ReadOn(topics, start, storedThrough, end, long.MaxValue, _limits.CatchUpPageEvents);
        if (read.Sequence == end && read.Offset < tip)
        {
            // The newest offsets have no events: they were reserved, or the last events of the log are damaged.
            read = read with { Offset = tip };
        }

        if (_storage is null && read == start)
        {
            return PageOutcome.Overtaken;
        }

        if (!ReferenceEquals(access, subscriber.Access) || subscriber.Closing is not null)
        {
            return PageOutcome.Discarded;
        }

        if (isReduced && _survey.Disconnects)
        {
            subscriber.Backlog.IsTooSlow = true;
            return PageOutcome.TooSlow;
        }

        if (isReduced)
        {
            _gaps.AddSkips(ref subscriber.Backlog, _survey, read.Offset);
        }

        // After the read: every event that was removed before the read is then counted as removed.
        _gaps.AddRemovals(ref subscriber.Backlog, topics?.TrimmedThrough(_isEnding) ?? _removedThrough, start.Offset, topics?.HasDeletions(start.Offset) ?? _hasDeleted);
        _gaps.AddDamage(ref subscriber.Backlog, start.Offset, read.Offset);
        Send(subscriber, start, read);
        return PageOutcome.Sent;
    }

    /// <summary>Reads from a position on, in storage or in the hot tail. Returns the position that was reached.</summary>
    /// <param name="topics">Topics to search for in storage.</param>
    /// <param name="from">Start of the read.</param>
    /// <param name="storedThrough">Offset up to which events are in storage.</param>
    /// <param name="end">Sequence in the hot tail before which the read ends.</param>
    /// <param name="through">Offset after which the read ends.</param>
    /// <param name="mostEvents">Maximum number of events from storage.</param>
    private ReadPosition ReadOn(TopicMatches? topics, ReadPosition from, long storedThrough, long end, long through, int mostEvents) =>
        _storage is not null && from.Offset < storedThrough
            ? new ReadPosition(_storage.ReadPage(topics!, _take, from.Offset, Math.Min(storedThrough, through), mostEvents), -1)
            : ReadTail(from, end, through);

    /// <summary>Reads the hot tail. This is the only such loop for subscribers that lag.</summary>
    private ReadPosition ReadTail(ReadPosition from, long end, long through)
    {
        long sequence = from.Sequence >= 0 ? from.Sequence : _log.Tail.Find(from.Offset);
        if (sequence < 0)
        {
            return from;
        }

        long offset = from.Offset;
        end = Math.Min(end, sequence + TailPageEvents);
        while (sequence < end && offset < through)
        {
            // The event was evicted during the read and is now in storage. A catch-up thread reads it there for the next page.
            if (_log.Tail[sequence] is not { } found)
            {
                break;
            }

            sequence++;

            // Events up to the offset were already sent by a catch-up reader.
            if (found.Offset > offset)
            {
                offset = found.Offset;
                if (Take(found) == PageStep.Full)
                {
                    break;
                }
            }
        }

        return new ReadPosition(offset, sequence);
    }

    private PageStep Take(LoggedEvent found)
    {
        Verdict verdict = _filter.Decide(found);
        if (!IsForPage(verdict, found.Offset))
        {
            return _filter.IsExhausted ? PageStep.Full : PageStep.Passed;
        }

        if (_isSurvey)
        {
            return Note(verdict, new ReadPosition(found.Offset, found.Sequence), found.Topic, found.Event.Key);
        }

        _page.Write(found);
        return StepOfPage();
    }

    private PageStep Take(in StoredEvent found)
    {
        Verdict verdict = _filter.Decide(in found);
        if (!IsForPage(verdict, found.Offset))
        {
            return _filter.IsExhausted ? PageStep.Full : PageStep.Passed;
        }

        if (_isSurvey)
        {
            return Note(verdict, new ReadPosition(found.Offset, -1), found.Topic, verdict == Verdict.SentIfNewest ? found.Key : null);
        }

        _page.Write(in found);
        return StepOfPage();
    }

    private PageStep StepOfPage() => _page.IsFull || _page.Count >= _limits.CatchUpPageEvents || _filter.IsExhausted ? PageStep.Full : PageStep.Taken;

    private PageStep Note(Verdict verdict, ReadPosition position, Topic topic, string? key)
    {
        _survey.Note(verdict, position, topic.Id, key);
        return _survey.Room == 0 || _survey.Disconnects || _filter.IsExhausted ? PageStep.Full : PageStep.Taken;
    }

    private bool IsForPage(Verdict verdict, long offset)
    {
        if (verdict is Verdict.Removed or Verdict.Deleted)
        {
            _removedThrough = Math.Max(_removedThrough, offset);
            _hasDeleted |= verdict == Verdict.Deleted;
        }

        return verdict is not (Verdict.NotWanted or Verdict.Removed or Verdict.Deleted);
    }

    /// <summary>Surveys the range with omitted events and writes a page of the remaining ones. Returns the position that the page reaches.</summary>
    private ReadPosition ReadReduced(long skippedThrough, long reducedThrough, TopicMatches? topics, ReadPosition start, long end)
    {
        _survey.Begin(skippedThrough);
        _isSurvey = true;
        ReadPosition read = start;
        try
        {
            // The topics were read before, and contain the topic of every event up to the end of the range.
            for (int reads = 0; reads < SurveyReads && read.Offset < reducedThrough && _survey.Room > 0 && !_survey.Disconnects && !_filter.IsExhausted; reads++)
            {
                ReadPosition before = read;
                read = ReadOn(topics, before, _log.Tail.Base, end, reducedThrough, _survey.Room);
                if (_storage is null && read == before)
                {
                    break;
                }
            }
        }
        finally
        {
            _isSurvey = false;
        }

        return _survey.Disconnects ? read : WriteSurveyed(start, read);
    }

    /// <summary>Writes the surveyed events. Returns the position that the page reaches.</summary>
    private ReadPosition WriteSurveyed(ReadPosition start, ReadPosition surveyed)
    {
        ReadPosition written = start;
        for (int i = 0; i < _survey.Count; i++)
        {
            if (_survey[i] is not { } position)
            {
                continue;
            }

            if (_page.IsFull || !TryWrite(position))
            {
                // The events in between were omitted. The next survey starts at the first event that did not fit.
                return written;
            }

            written = new ReadPosition(position.Offset, position.Sequence < 0 ? -1 : position.Sequence + 1);
        }

        return surveyed;
    }

    /// <summary>Writes the event at a position; false if it has left the hot tail and there is no storage to read.</summary>
    private bool TryWrite(ReadPosition position)
    {
        long sequence = position.Sequence >= 0 ? position.Sequence : _log.Tail.Find(position.Offset - 1);
        if (sequence >= 0 && _log.Tail[sequence] is { } found && found.Offset == position.Offset)
        {
            Take(found);
            return true;
        }

        _storage?.ReadEvent(position.Offset, _take);
        return _storage is not null;
    }

    /// <summary>Sends the page. If the sink accepts only a part of it, the next page starts after the last accepted event.</summary>
    private void Send(Subscriber subscriber, ReadPosition start, ReadPosition read)
    {
        int taken = 0;
        bool isOpen = !_page.HasNotice || subscriber.Sink.TrySend(_page.Notice, out _);
        if (isOpen && _page.Count > 0)
        {
            isOpen = subscriber.Sink.TrySend(_page.Batch, out taken);
            DeliveryCounts.Add(_counters, taken, _page.Batch.Ends[taken - 1], isOpen);
        }

        subscriber.IsBlocked = !isOpen;
        ReadPosition sent = taken == _page.Count ? read
            : taken == 0 ? start
            : _page.PositionOf(taken - 1) is var last && last.Sequence < 0 ? last : last with { Sequence = last.Sequence + 1 };
        subscriber.SentThrough = sent.Offset;
        if (_storage is null)
        {
            subscriber.Backlog.MissedFrom = sent.Sequence;
        }

        if (isOpen && !subscriber.Backlog.IsReduced(sent.Offset))
        {
            subscriber.Backlog.IsSlow = false;
        }
    }

    private bool IsNearEnd(long offset)
    {
        long next = _log.Tail.Find(offset);
        return next >= 0 && _log.Tail.End - next <= _limits.JoinScanEvents / 2;
    }
}
