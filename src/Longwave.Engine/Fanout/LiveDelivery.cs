using System.Runtime.InteropServices;
using Longwave.Engine.Grants;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Microsoft.Extensions.Logging;
using static Longwave.Engine.Fanout.Missing;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Steps 5 and 6 of the path of an event (see <see cref="HubEngine"/>): from the hot tail to the live subscribers of a shard. Of the shard's
/// thread, so nothing is locked, and nothing is allocated per delivery.
/// </summary>
/// <remarks>
/// A turn first routes what is new, then flushes: each subscriber gets all that the turn brings in one write. What the subscribers of a
/// selector get is put together once. A subscriber has no queue. One that can't take more remembers which event it missed first, and gets
/// what it missed from the hot tail when its sink is writable, if that is near, else through a catch-up reader.
/// </remarks>
internal sealed class LiveDelivery(EventLog log, HubLimits limits, DueList due, TimeProvider clock, ILogger logger)
{
    private readonly TopicRoutes _routes = new();
    private readonly PendingEvents _pending = new(limits.ShardTurnRoutes);
    private readonly List<RouteNode> _nodes = [];
    private readonly List<Subscriber> _singles = [];
    private readonly List<TailEvent> _events = [];
    private readonly List<TailEvent> _readable = [];
    private readonly RunWriter _runs = new();
    private readonly MissedResume _missed = new(log, limits);
    private long _next = log.Tail.End;
    private long _routedThrough = log.Tip;
    private int _live;

    /// <summary>True when the hot tail has events that were not routed yet.</summary>
    public bool HasWork => _next != log.Tail.End;

    /// <summary>How far a live subscriber that keeps up has come: every event up to there was written to it, or did not match.</summary>
    public Position PositionOf(Subscriber subscriber) =>
        new(log.Epoch, subscriber.MissedSequence < 0 ? Math.Max(_routedThrough, subscriber.Cursor) : subscriber.Cursor);

    /// <summary>
    /// The seam: gives the subscriber the events between its cursor and this place, then makes it live, all on the shard's own turn. Events
    /// further on that a catch-up reader gave it already are recognised by its cursor.
    /// </summary>
    /// <returns>False when too many events lie between; then nothing was done.</returns>
    public bool TryJoin(Subscriber subscriber)
    {
        long sequence = log.Tail.Find(subscriber.Cursor);
        if (sequence < 0 || _next - sequence > limits.JoinScanEvents)
        {
            return false;
        }

        subscriber.State = SubscriberState.Live;
        subscriber.HasBeenLive = true;
        subscriber.IsSlow = false;
        subscriber.Matches = null;
        _routes.Add(subscriber);
        _live++;
        subscriber.MissedSequence = sequence < _next ? sequence : -1;
        return true;
    }

    /// <summary>Gives a live subscriber what it missed, as far as its sink takes it.</summary>
    /// <returns>False when it must read the log instead: it missed too much, or what it missed has left the hot tail.</returns>
    public bool TryResume(Subscriber subscriber)
    {
        long sequence = subscriber.MissedSequence;
        if (sequence < 0)
        {
            return true;
        }

        subscriber.MissedSequence = -1;
        if (subscriber.IsSlow || subscriber.Request.Conflate)
        {
            return TryResumeSome(subscriber, sequence);
        }

        if (_next - sequence > limits.JoinScanEvents)
        {
            return false;
        }

        while (sequence < _next && subscriber.MissedSequence < 0)
        {
            if (!_missed.TryGather(subscriber, ref sequence, _next, _events))
            {
                return false;
            }

            if (_events.Count > 0)
            {
                Send(subscriber, CollectionsMarshal.AsSpan(_events));
            }

            if (subscriber.IsBlocked && subscriber.MissedSequence < 0 && sequence < _next)
            {
                subscriber.MissedSequence = sequence;
            }
        }

        return true;
    }

    /// <summary>A subscriber of which not every missed event is wanted gets the others.</summary>
    private bool TryResumeSome(Subscriber subscriber, long sequence)
    {
        _events.Clear();
        if (_next - sequence > limits.JoinScanEvents || !_missed.TrySurvey(subscriber, sequence, _next, _events))
        {
            subscriber.MissedThrough = _routedThrough;
            return false;
        }

        if (subscriber.IsTooSlow)
        {
            return true;
        }

        if (subscriber.SkippedAfter >= 0)
        {
            byte[] notice = _missed.TakeNotice(subscriber);
            Send(subscriber, new FrameRun(notice, [notice.Length], isShared: true));
        }

        SendInWrites(subscriber);

        // One that is blocked again is not done with this range, whatever is left of it.
        subscriber.IsSlow &= subscriber.IsBlocked;
        return true;
    }

    /// <summary>Takes a subscriber out of the routes. Between two turns, when all that it was to get has been flushed.</summary>
    public void Leave(Subscriber subscriber)
    {
        _routes.Remove(subscriber);
        _live--;
        if (subscriber.Pace is not null)
        {
            due.Remove(subscriber);
        }

        subscriber.State = SubscriberState.Waiting;
    }

    /// <summary>Routes what is new, up to a bound, so that the shard's messages get their turn too.</summary>
    /// <returns>False when events left the hot tail before they were routed: every live subscriber must read the log.</returns>
    public bool RouteTail()
    {
        long end = log.Tail.End;
        if (_live == 0)
        {
            // Nobody to deliver to; whoever joins later begins at a cursor of its own.
            (_routedThrough, _next) = (log.Tail[end - 1]?.Offset ?? _routedThrough, end);
            return true;
        }

        end = Math.Min(end, _next + limits.ShardTurnEvents);
        for (; _next < end; _next++)
        {
            if (log.Tail[_next] is not { } added)
            {
                _next = log.Tail.First;
                return false;
            }

            Route(added.Topic.Name, added);
            foreach (Topic alternate in added.Alternates)
            {
                Route(alternate.Name, added);
            }

            Route(_routes.Any, added);
            _routedThrough = added.Offset;
        }

        return true;
    }

    /// <summary>Sends what was routed.</summary>
    public void Flush()
    {
        foreach (RouteNode node in _nodes)
        {
            Flush(node);
        }

        foreach (Subscriber subscriber in _singles)
        {
            _events.Clear();
            _pending.Copy(subscriber.Pending, _events);
            subscriber.Pending = default;
            SendInWrites(subscriber);
        }

        _nodes.Clear();
        _singles.Clear();
        _events.Clear();
        _pending.Clear();
    }

    /// <summary>Sends something that is no event to a live subscriber that is not blocked.</summary>
    public void Send(Subscriber subscriber, FrameRun run)
    {
        try
        {
            if (!subscriber.Sink.TrySend(run, out _))
            {
                Block(subscriber, clock.GetTimestamp());
            }
        }
        catch (Exception failed)
        {
            Failed(subscriber, failed);
        }
    }

    private void Route(string topic, TailEvent added)
    {
        if (_routes.Exact(topic) is { } exact)
        {
            Route(exact, added);
        }

        foreach (RouteNode pattern in _routes.Patterns(topic))
        {
            Route(pattern, added);
        }
    }

    private void Route(RouteNode node, TailEvent added)
    {
        if (!node.Plain.IsEmpty)
        {
            MakeRoom();
            if (node.Pending.IsEmpty)
            {
                _nodes.Add(node);
            }

            _pending.Add(ref node.Pending, added);
        }

        foreach (Subscriber subscriber in node.Single)
        {
            if (added.Offset > subscriber.Cursor && TypeFilter.Matches(subscriber.Request.Types, added.Event.Type))
            {
                RouteSingle(subscriber, added);
            }
        }
    }

    private void RouteSingle(Subscriber subscriber, TailEvent added)
    {
        if (subscriber.IsBlocked)
        {
            Miss(subscriber, added);
            NoteSlow(subscriber, added);
            return;
        }

        if (subscriber.Pace is not null)
        {
            // It waits for the subscriber's next delivery.
            Miss(subscriber, added);
            due.Add(subscriber);
            return;
        }

        MakeRoom();
        if (subscriber.Pending.IsEmpty)
        {
            _singles.Add(subscriber);
        }

        _pending.Add(ref subscriber.Pending, added);
    }

    private void MakeRoom()
    {
        if (_pending.IsFull)
        {
            Flush();
        }
    }

    private void Flush(RouteNode node)
    {
        _events.Clear();
        _pending.Copy(node.Pending, _events);
        node.Pending = default;
        for (int start = 0, count; start < _events.Count; start += count)
        {
            count = CountOfWrite(_events, start, limits.MaxWriteBytes);
            ReadOnlySpan<TailEvent> events = CollectionsMarshal.AsSpan(_events).Slice(start, count);
            _runs.Begin();
            foreach (Subscriber subscriber in node.Plain)
            {
                if (subscriber.Cursor < events[0].Offset && !subscriber.IsBlocked && subscriber.Access is null)
                {
                    Send(subscriber, events, _runs.SharedRun(events, subscriber.Request.Format));
                }
                else
                {
                    // It is blocked, or joined with a cursor in the midst of these, or may not read them all.
                    SendOrMiss(subscriber, events);
                }
            }
        }
    }

    /// <summary>Gives one subscriber what was gathered.</summary>
    private void SendInWrites(Subscriber subscriber)
    {
        for (int start = 0, count; start < _events.Count; start += count)
        {
            count = CountOfWrite(_events, start, limits.MaxWriteBytes);
            SendOrMiss(subscriber, CollectionsMarshal.AsSpan(_events).Slice(start, count));
        }
    }

    private void SendOrMiss(Subscriber subscriber, ReadOnlySpan<TailEvent> events)
    {
        while (!events.IsEmpty && events[0].Offset <= subscriber.Cursor)
        {
            events = events[1..];
        }

        if (events.IsEmpty)
        {
            return;
        }

        if (subscriber.IsBlocked)
        {
            MissAll(subscriber, events);
        }
        else if (subscriber.Access is { } access)
        {
            SendReadable(subscriber, access, events);
        }
        else
        {
            Send(subscriber, events);
        }
    }

    private void SendReadable(Subscriber subscriber, ReadAccess access, ReadOnlySpan<TailEvent> events)
    {
        access.Select(events, _readable);
        if (_readable.Count > 0)
        {
            Send(subscriber, CollectionsMarshal.AsSpan(_readable));
        }
    }

    private void Send(Subscriber subscriber, ReadOnlySpan<TailEvent> events) => Send(subscriber, events, _runs.OwnRun(events, subscriber.Request.Format));

    private void Send(Subscriber subscriber, ReadOnlySpan<TailEvent> events, FrameRun run)
    {
        try
        {
            bool open = subscriber.Sink.TrySend(run, out int taken);
            subscriber.Cursor = events[taken - 1].Offset;
            if (!open)
            {
                Block(subscriber, clock.GetTimestamp());
                if (taken < events.Length)
                {
                    MissAll(subscriber, events[taken..]);
                }
            }
        }
        catch (Exception failed)
        {
            Failed(subscriber, failed);
        }
    }

    /// <summary>One broken sink must not take the shard's other subscribers with it.</summary>
    private void Failed(Subscriber subscriber, Exception failed)
    {
        subscriber.IsBlocked = true;
        if (subscriber.Closing is null)
        {
            SubscriberLog.DeliveryFailed(logger, subscriber.Id, failed);
            subscriber.Close(CloseReason.Error);
        }
    }
}
