using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Positions;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Steps 5 and 6 of the path of an event (see <see cref="HubEngine"/>): from the hot tail to the live subscribers of a shard. Of the shard's
/// thread, so nothing is locked, and nothing is allocated per delivery.
/// </summary>
/// <remarks>
/// A subscriber has no queue. One that can't take more remembers which event it missed first, and gets what it missed from the hot tail
/// when its sink is writable, if that is near, else through a catch-up reader.
/// </remarks>
internal sealed class LiveDelivery(EventLog log, HubLimits limits, TimeProvider clock, ILogger logger)
{
    private readonly TopicRoutes _routes = new();
    private readonly List<Subscriber> _dirty = [];
    private long _next = log.Tail.End;
    private long _routedThrough = log.Tip;
    private int _live;

    /// <summary>True when the hot tail has events that were not routed yet.</summary>
    public bool HasWork => _next != log.Tail.End;

    /// <summary>How far a live subscriber that keeps up has come: every event up to there was written to it, or did not match.</summary>
    public Position PositionOf(Subscriber subscriber) => new(log.Epoch, Math.Max(_routedThrough, subscriber.Cursor));

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
        if (_next - sequence > limits.JoinScanEvents)
        {
            return false;
        }

        for (; sequence < _next && subscriber.MissedSequence < 0; sequence++)
        {
            if (log.Tail[sequence] is not { } missed)
            {
                return false;
            }

            if (IsMatch(subscriber, missed))
            {
                Deliver(subscriber, missed);
            }
        }

        return true;
    }

    /// <summary>Takes a subscriber out of the routes; what it was written so far leaves.</summary>
    public void Leave(Subscriber subscriber)
    {
        _routes.Remove(subscriber);
        _live--;
        subscriber.State = SubscriberState.Waiting;
        if (subscriber.Unflushed > 0 && !subscriber.IsBlocked)
        {
            Flush(subscriber);
        }
    }

    /// <summary>Routes what is new, up to a bound, so that the shard's messages and flushes get their turn too.</summary>
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

    /// <summary>Flushes once whoever was written to.</summary>
    public void FlushDirty()
    {
        foreach (Subscriber subscriber in _dirty)
        {
            if (subscriber.Unflushed > 0 && subscriber.State == SubscriberState.Live)
            {
                Flush(subscriber);
            }

            subscriber.IsDirty = false;
        }

        _dirty.Clear();
    }

    /// <summary>Writes to a live subscriber that is not blocked.</summary>
    public void Write(Subscriber subscriber, ReadOnlySpan<byte> bytes)
    {
        try
        {
            subscriber.Sink.Write(bytes);
        }
        catch (Exception failed)
        {
            Failed(subscriber, failed);
            return;
        }

        subscriber.Unflushed += bytes.Length;
        if (!subscriber.IsDirty)
        {
            subscriber.IsDirty = true;
            _dirty.Add(subscriber);
        }

        if (subscriber.Unflushed >= limits.MaxUnflushedBytes)
        {
            Flush(subscriber);
        }
    }

    private static bool IsMatch(Subscriber subscriber, TailEvent found)
    {
        if (subscriber.Filter.Matches(found.Topic.Name))
        {
            return true;
        }

        foreach (Topic alternate in found.Alternates)
        {
            if (subscriber.Filter.Matches(alternate.Name))
            {
                return true;
            }
        }

        return false;
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
        for (int i = 0; i < node.Count; i++)
        {
            Deliver(node[i], added);
        }
    }

    private void Deliver(Subscriber subscriber, TailEvent added)
    {
        if (added.Offset <= subscriber.Cursor || !TypeFilter.Matches(subscriber.Request.Types, added.Event.Type))
        {
            return;
        }

        if (!subscriber.IsBlocked)
        {
            subscriber.Cursor = added.Offset;
            Write(subscriber, added.Frame(subscriber.Request.Format));
        }
        else if (subscriber.MissedSequence < 0)
        {
            subscriber.MissedSequence = added.Sequence;
            subscriber.Cursor = added.Offset - 1;
        }
    }

    private void Flush(Subscriber subscriber)
    {
        subscriber.Unflushed = 0;
        try
        {
            if (!subscriber.Sink.TryFlush())
            {
                subscriber.IsBlocked = true;
                subscriber.BlockedSince = clock.GetTimestamp();
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
