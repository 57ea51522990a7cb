using System.Collections.Concurrent;
using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Health;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Positions;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// A few threads that read the log for subscribers that are not at the live edge. A subscriber is lent for a page: then its shard has it
/// back, writes the notices that are due, and queues it for the next page, so that one long replay delays no other.
/// </summary>
internal sealed class CatchUpReaders : IDisposable
{
    /// <summary>Events of the hot tail looked at in one page, whatever matched.</summary>
    private const int TailPageEvents = 8_192;

    private readonly EventLog _log;
    private readonly HubLimits _limits;
    private readonly ILogger _logger;

    // Bounded by what the shards lend (CatchUpQueue).
    private readonly BlockingCollection<Subscriber> _queue = [];
    private readonly List<Thread> _threads = [];

    public CatchUpReaders(EventLog log, EngineOptions options, BackgroundLoops loops, ILogger logger)
    {
        (_log, _limits, _logger) = (log, options.Limits, logger);
        for (int i = 0; i < options.CatchUpReaders; i++)
        {
            _threads.Add(loops.StartThread($"longwave-catch-up-{i}", Run));
        }
    }

    /// <summary>How many threads read.</summary>
    public int Count => _threads.Count;

    /// <summary>Lends a subscriber; it comes back through <see cref="Subscriber.CaughtUp"/>.</summary>
    public void Lend(Subscriber subscriber)
    {
        try
        {
            _queue.Add(subscriber);
        }
        catch (InvalidOperationException)
        {
            // The hub is closing: its shard ends it with the others.
        }
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        _threads.ForEach(static thread => thread.Join());
        _queue.Dispose();
    }

    private void Run()
    {
        using LogReader reader = _log.OpenReader();
        var page = new EventWriter();
        var missed = new MissedRange(_log, _limits);
        foreach (Subscriber subscriber in _queue.GetConsumingEnumerable())
        {
            try
            {
                // A stream is read on for while no other subscriber waits: its shard would only lend it again. A poll reports its position.
                while (Serve(subscriber, reader, page, missed) && subscriber.Request.Streaming
                    && !subscriber.IsAskedBack && _queue.Count == 0 && !_queue.IsAddingCompleted)
                {
                }
            }
            catch (Exception failed)
            {
                SubscriberLog.CatchUpFailed(_logger, subscriber.Id, failed);
                subscriber.Close(CloseReason.Error);
            }

            subscriber.CaughtUp();
        }
    }

    /// <summary>Reads and writes one page; true when there is more to read and the sink takes it, which the subscriber notes, too.</summary>
    private bool Serve(Subscriber subscriber, LogReader reader, EventWriter page, MissedRange missed)
    {
        if (subscriber.Closing is not null)
        {
            return false;
        }

        // Both edges are read before the topics: an event before them has its topic in the table by then.
        long storedThrough = _log.Tail.Base;
        long tailEnd = _log.Tail.End;
        TopicMatches matches = subscriber.Matches ??= new TopicMatches(subscriber.Filter, _log.Topics);
        matches.Refresh();
        FindStart(subscriber, reader);

        long before = subscriber.Cursor;
        ReadAccess? access = subscriber.Access;
        (bool, long, long) missedBefore = (subscriber.IsSlow, subscriber.SkippedAfter, subscriber.SkippedThrough);
        page.Begin(subscriber.Request.Format, subscriber.Request.Types, access);
        long read = before < subscriber.MissedThrough ? missed.Read(subscriber, reader, page, matches)
            : before < storedThrough ? reader.ReadPage(matches, page, before, storedThrough, _limits.CatchUpPageEvents)
            : ReadTail(matches, page, before, tailEnd);

        if (!ReferenceEquals(access, subscriber.Access) || subscriber.Closing is not null)
        {
            // Renewed or to be ended meanwhile: nothing of the page may be written, and it is read once more if at all, its notice included.
            (subscriber.IsSlow, subscriber.SkippedAfter, subscriber.SkippedThrough) = missedBefore;
            return subscriber.NeedsCatchUp = subscriber.Closing is null;
        }

        // After the read: what it did not find any more is known to be removed by now.
        TellLoss(subscriber, matches, page, before);
        subscriber.Cursor = read;
        Send(subscriber, page, before);
        return subscriber.NeedsCatchUp = !subscriber.IsBlocked && subscriber.Closing is null && (read < subscriber.MissedThrough || !IsNearEnd(read));
    }

    /// <summary>Sends what was read; the cursor goes back to the last event that the sink took.</summary>
    private static void Send(Subscriber subscriber, EventWriter page, long before)
    {
        if (page.HasNotice)
        {
            subscriber.IsBlocked = !subscriber.Sink.TrySend(page.Notice, out _);
        }

        if (page.Count == 0)
        {
            return;
        }

        int taken = 0;
        if (!subscriber.IsBlocked)
        {
            subscriber.IsBlocked = !subscriber.Sink.TrySend(page.Run, out taken);
        }

        if (taken < page.Count)
        {
            subscriber.Cursor = taken == 0 ? before : page.OffsetOf(taken - 1);
        }
    }

    private bool IsNearEnd(long cursor)
    {
        long next = _log.Tail.Find(cursor);
        return next >= 0 && _log.Tail.End - next <= _limits.JoinScanEvents / 2;
    }

    /// <summary>Reads on from the hot tail; returns how far.</summary>
    private long ReadTail(TopicMatches matches, EventWriter page, long after, long end)
    {
        long sequence = _log.Tail.Find(after);
        if (sequence < 0)
        {
            return after;
        }

        end = Math.Min(end, sequence + TailPageEvents);
        for (; sequence < end && page.Count < _limits.CatchUpPageEvents && !page.IsFull; sequence++)
        {
            // An event that has left meanwhile is in storage by now.
            if (_log.Tail[sequence] is not { } found)
            {
                break;
            }

            after = found.Offset;
            if (IsMatch(matches, found) && page.Wants(found.Event.Type) && page.Access?.MayRead(found) != false)
            {
                page.Write(found.Offset, found.Chunk(page.Format));
            }
        }

        return after;
    }

    /// <summary>An event that retention removed may still be in the tail: its first topic knows.</summary>
    internal static bool IsMatch(TopicMatches matches, TailEvent found) =>
        found.Topic.Keeps(found.Offset)
        && (matches.Contains(found.Topic.Id, found.Offset) || Array.Exists(found.Alternates, alternate => matches.Contains(alternate.Id, found.Offset)));

    /// <summary>A subscription since a time begins after the last event that is older.</summary>
    private void FindStart(Subscriber subscriber, LogReader reader)
    {
        if (subscriber.StartTimeUnixMs is not { } time)
        {
            return;
        }

        subscriber.StartTimeUnixMs = null;
        long before = reader.OffsetBefore(time);
        for (long sequence = _log.Tail.Find(before); sequence >= 0 && _log.Tail[sequence] is { } next && next.TimeUnixMs < time; sequence++)
        {
            // Only events that no disk has can be here.
            before = next.Offset;
        }

        (subscriber.Cursor, subscriber.LossKnownThrough) = (before, before);
    }

    private void TellLoss(Subscriber subscriber, TopicMatches matches, EventWriter page, long cursor)
    {
        long lost = matches.TrimmedThrough();
        if (lost > Math.Max(cursor, subscriber.LossKnownThrough))
        {
            subscriber.LossKnownThrough = lost;
            page.WriteGap(new Position(_log.Epoch, cursor), new Position(_log.Epoch, lost), ControlEvents.Retention);
        }
    }
}
