using System.Runtime.CompilerServices;
using Longwave.Engine.CatchUp;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Steps 5 and 6 of the path of an event (see <see cref="HubEngine"/>): from the hot tail to the live subscribers of a shard. Of the shard's
/// thread, so nothing is locked, and nothing is allocated per delivery.
/// </summary>
/// <remarks>
/// Plain subscribers, which get what others of their selector get, are served by <see cref="Fanout.Sweeps"/>, the others by <see cref="Singles"/>. A
/// subscriber has no queue. One that can't take more remembers which event it missed first, and gets
/// what it missed from the hot tail when its sink is writable, if that is near, else through a catch-up reader.
/// </remarks>
internal sealed class LiveDelivery(EventLog log, HubLimits limits, RenewalGate renewals, DueList due, TimeProvider clock, ILogger logger)
{
    private readonly TopicRoutes _routes = new();
    private readonly Sweeps _sweeps = new(limits, renewals, clock, logger);
    private readonly Singles _singles = new(limits, due, clock, logger);
    private readonly BacklogReader _backlog = BacklogReader.OfTail(log, limits);
    private long _next = log.Tail.End;
    private long _routedThrough = log.Tip;
    private int _live;

    /// <summary>True when the hot tail has events that were not routed yet, or not sent to everybody.</summary>
    public bool HasWork => !_sweeps.IsEmpty || _next != log.Tail.End;

    /// <summary>What it sends to plain subscribers.</summary>
    public Sweeps Sweeps => _sweeps;

    /// <summary>How far a live subscriber that keeps up has come: every event up to there was written to it, or did not match.</summary>
    public Position PositionOf(Subscriber subscriber)
    {
        if (!IsCurrent(subscriber))
        {
            return new Position(log.Epoch, subscriber.SentThrough);
        }

        ReadOnlySpan<LoggedEvent> lacking = Sweeps.Lacking(subscriber);
        return new Position(log.Epoch, lacking.IsEmpty ? Math.Max(_routedThrough, Sweeps.CursorOf(subscriber)) : lacking[0].Offset - 1);
    }

    /// <summary>
    /// The position that is told to a live subscriber's client. From now on the cursor is not before it, whatever happens to the subscriber:
    /// a client leaves a stream that takes a position back.
    /// </summary>
    public Position Advance(Subscriber subscriber)
    {
        Position position = PositionOf(subscriber);
        ref RouteMember member = ref Sweeps.MemberOf(subscriber);
        if (Unsafe.IsNullRef(ref member))
        {
            subscriber.SentThrough = position.Offset;
        }
        else
        {
            member.Cursor = position.Offset;
        }

        return position;
    }

    /// <summary>Whether a live subscriber has missed nothing of what was routed.</summary>
    public bool IsCurrent(Subscriber subscriber) => subscriber.Backlog.MissedFrom < 0 || subscriber.Backlog.MissedFrom >= _next;

    /// <summary>
    /// The seam: gives the subscriber the events between its cursor and this place, then makes it live, all on the shard's own turn. Events
    /// further on that a catch-up reader gave it already are recognised by its cursor.
    /// </summary>
    /// <returns>False when too many events lie between; then nothing was done.</returns>
    public bool TryJoin(Subscriber subscriber)
    {
        long sequence = log.Tail.Find(subscriber.SentThrough);
        if (sequence < 0 || _next - sequence > limits.JoinScanEvents)
        {
            return false;
        }

        subscriber.State = SubscriberState.Live;
        ref Backlog backlog = ref subscriber.Backlog;
        backlog.HasBeenLive = true;
        backlog.IsSlow = false;
        backlog.Topics = null;
        backlog.MissedFrom = sequence < _next ? sequence : -1;
        _routes.Add(subscriber);
        _live++;
        return true;
    }

    /// <summary>Gives a live subscriber what it missed, as far as its sink takes it.</summary>
    /// <returns>False when it must read the log instead: it missed too much, or what it missed has left the hot tail.</returns>
    public bool TryResume(Subscriber subscriber)
    {
        if (subscriber.Backlog.MissedFrom >= 0 && !TryReadBacklog(subscriber))
        {
            return false;
        }

        if (subscriber.Route is null)
        {
            return true;
        }

        if (!subscriber.IsBlocked)
        {
            Sweeps.SetReady(subscriber);
        }
        else if (subscriber.Backlog.MissedFrom < 0)
        {
            // It takes part in no round while it is blocked: what is routed from here on it misses.
            subscriber.Backlog.MissedFrom = _next;
        }

        return true;
    }

    /// <summary>Reads what lies between the subscriber and this place, page by page, until it is blocked or has everything.</summary>
    private bool TryReadBacklog(Subscriber subscriber)
    {
        subscriber.ReduceBacklog(_routedThrough);
        if (_next - subscriber.Backlog.MissedFrom > limits.JoinScanEvents)
        {
            return false;
        }

        try
        {
            while (subscriber is { IsBlocked: false, Closing: null, Backlog.IsTooSlow: false } && subscriber.Backlog.MissedFrom < _next)
            {
                if (_backlog.ReadTail(subscriber, _next) == PageOutcome.Overtaken)
                {
                    return false;
                }
            }
        }
        catch (Exception failed)
        {
            subscriber.Fail(failed, logger);
        }

        if (subscriber.IsBlocked)
        {
            subscriber.BlockedSince = clock.GetTimestamp();
        }

        if (subscriber.Backlog.MissedFrom >= _next)
        {
            subscriber.Backlog.MissedFrom = -1;
        }

        return true;
    }

    /// <summary>Takes a subscriber out of the routes. What is still on its way to it, it does not get any more; its cursor says so.</summary>
    public void Leave(Subscriber subscriber)
    {
        if (Sweeps.IsReady(subscriber))
        {
            long position = PositionOf(subscriber).Offset;
            _sweeps.PrepareToLeave(subscriber);
            _routes.Remove(subscriber);
            subscriber.SentThrough = position;
        }
        else
        {
            _routes.Remove(subscriber);
        }

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
        for (; _next < end && !_sweeps.IsFull; _next++)
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

    /// <summary>Sends what was routed: to those who are served by themselves all of it, to the others for a while.</summary>
    public void Flush()
    {
        _singles.Flush();
        _sweeps.Run();
    }

    /// <summary>Sends something that is no event to a live subscriber that is not blocked.</summary>
    public void Send(Subscriber subscriber, FrameRun run)
    {
        try
        {
            if (subscriber.Sink.TrySend(run, out _))
            {
                return;
            }

            subscriber.Block(clock.GetTimestamp());
        }
        catch (Exception failed)
        {
            subscriber.Fail(failed, logger);
        }

        if (subscriber.Route is not null)
        {
            _sweeps.Suspend(subscriber, _next);
        }
    }

    private void Route(string topic, LoggedEvent added)
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

    private void Route(RouteNode node, LoggedEvent added)
    {
        _sweeps.Add(node, added);
        if (added.Topic.Policy.SlowConsumer != SlowConsumer.CatchUp)
        {
            foreach (ref readonly RouteMember member in node.Plain.Suspended)
            {
                if (added.Offset > member.Subscriber.SentThrough)
                {
                    member.Subscriber.NotePolicy(added);
                }
            }
        }

        foreach (Subscriber subscriber in node.Single)
        {
            if (added.Offset > subscriber.SentThrough && TypeFilter.Matches(subscriber.Request.Types, added.Event.Type))
            {
                _singles.Route(subscriber, added);
            }
        }
    }
}
