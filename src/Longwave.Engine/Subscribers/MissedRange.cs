using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Subscribers;

/// <summary>Reads for a catch-up reader what a subscriber is still to get of a range that it missed, from storage and the hot tail.</summary>
/// <remarks>
/// A pass looks through the range first, then writes a page of what is left of it. When the page does not take everything, the rest is
/// looked through once more for the next page: nothing is kept for a subscriber between two pages.
/// </remarks>
internal sealed class MissedRange(EventLog log, HubLimits limits)
{
    /// <summary>Most reads of a pass: of rare topics each looks at thousands of rows and may find nothing.</summary>
    private const int MostReads = 16;

    private readonly MissedEvents _missed = new(limits.ConflationPassEvents);

    /// <summary>Writes the next page of the range up to <see cref="Subscriber.MissedThrough"/>.</summary>
    /// <returns>How far the subscriber has come: it got, or was told of, everything up to there.</returns>
    public long Read(Subscriber subscriber, LogReader reader, EventWriter page, TopicMatches matches)
    {
        _missed.Begin(subscriber);
        long read = Survey(subscriber, reader, page, matches);
        if (subscriber.IsTooSlow)
        {
            subscriber.Close(CloseReason.Slow);
            return subscriber.Cursor;
        }

        read = Write(reader, page, subscriber.Cursor, read);
        bool done = read >= subscriber.MissedThrough;
        if (subscriber.SkippedAfter >= 0 && (done || page.Count > 0))
        {
            page.WriteGap(new Position(log.Epoch, subscriber.SkippedAfter), new Position(log.Epoch, subscriber.SkippedThrough), ControlEvents.Skipped);
            subscriber.SkippedAfter = -1;
        }

        subscriber.IsSlow &= !done;
        return read;
    }

    private long Survey(Subscriber subscriber, LogReader reader, EventWriter page, TopicMatches matches)
    {
        long read = subscriber.Cursor;
        for (int reads = 0; reads < MostReads && read < subscriber.MissedThrough && _missed.Room > 0 && !subscriber.IsTooSlow; reads++)
        {
            long stored = Math.Min(log.Tail.Base, subscriber.MissedThrough);
            page.BeginSurvey(_missed);
            read = read < stored
                ? reader.ReadPage(matches, page, read, stored, _missed.Room)
                : SurveyTail(page, matches, read, subscriber.MissedThrough);
            page.EndSurvey();
        }

        return read;
    }

    private long SurveyTail(EventWriter page, TopicMatches matches, long after, long through)
    {
        long sequence = log.Tail.Find(after);
        if (sequence < 0)
        {
            return after;
        }

        // An event that has left meanwhile is in storage by now: the next read finds it there.
        for (; after < through && _missed.Room > 0 && log.Tail[sequence] is { } found; sequence++)
        {
            after = found.Offset;
            if (CatchUpReaders.IsMatch(matches, found) && page.Wants(found.Event.Type) && page.Access?.MayRead(found) != false)
            {
                page.Note(after, found.Topic, found.Event.Key);
            }
        }

        return after;
    }

    private long Write(LogReader reader, EventWriter page, long cursor, long read)
    {
        for (int i = 0; i < _missed.Count; i++)
        {
            long offset = _missed[i];
            if (offset < 0)
            {
                continue;
            }

            if (page.IsFull)
            {
                return cursor;
            }

            cursor = offset;
            long sequence = log.Tail.Find(offset - 1);
            if (sequence >= 0 && log.Tail[sequence] is { } found && found.Offset == offset)
            {
                page.Write(offset, found.Chunk(page.Format));
            }
            else
            {
                reader.ReadEvent(offset, page);
            }
        }

        return read;
    }
}
