using System.Runtime.CompilerServices;
using Longwave.Engine.CatchUp;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Steps 5 and 6 of the path of an event (see <see cref="HubEngine"/>): from the hot tail to the live subscribers of a shard. Shard thread only, so
/// it needs no lock; it allocates nothing per delivery.
/// </summary>
/// <remarks>
/// <see cref="Fanout.Rounds"/> serves shared subscribers, which receive every event of their selector. <see cref="FilteredDelivery"/> serves the others. A
/// subscriber has no queue: one whose sink is full remembers only the first event that it missed. When its sink is writable, the shard sends the
/// missed events from the hot tail if they are near; otherwise a catch-up reader sends them.
/// </remarks>
internal sealed class LiveDelivery(
    EventLog log, HubLimits limits, RenewalGate renewals, PacedQueue paced, Counters<HubCounter> counters, TimeProvider clock, ILogger logger)
{
    /// <summary>Maximum work of matching new topics in one turn (<see cref="Protocol.Selectors.Selector.Matches(string, ref long)"/>): about half a millisecond.</summary>
    private const int MaxTurnWork = 262_144;

    private readonly TopicRoutes _routes = new();
    private readonly Rounds _rounds = new(limits, renewals, counters, clock, logger);
    private readonly FilteredDelivery _filtered = new(limits, paced, counters, clock, logger);
    private readonly BacklogReader _backlog = BacklogReader.OfTail(log, limits, counters);
    private long _next = log.Tail.End;
    private long _matchedSequence = -1;
    private int _matchedVersion;
    private long _turnStart;
    private long _routedThrough = log.Tip;
    private int _live;

    /// <summary>Whether the hot tail has events that are not routed or not sent to every ready subscriber yet.</summary>
    public bool HasWork => !_rounds.IsEmpty || _next != log.Tail.End;

    /// <summary>Number of events in the hot tail that are not routed yet. For any thread.</summary>
    public long UnroutedEvents => Math.Max(0, log.Tail.End - Volatile.Read(ref _next));

    /// <summary>Time since the current turn began to route and match.</summary>
    public TimeSpan TurnTime => clock.GetElapsedTime(_turnStart);

    /// <summary>Live subscribers to whose exact topic a completion was routed.</summary>
    public List<Subscriber> Completed { get; } = [];

    /// <summary>The rounds over shared subscribers.</summary>
    public Rounds Rounds => _rounds;

    /// <summary>Position of a live subscriber: every event up to it was written to the subscriber, or did not match.</summary>
    public Position PositionOf(Subscriber subscriber)
    {
        if (!IsCurrent(subscriber))
        {
            return new Position(log.Epoch, subscriber.SentThrough);
        }

        ReadOnlySpan<LoggedEvent> lacking = Rounds.Lacking(subscriber);
        return new Position(log.Epoch, lacking.IsEmpty ? Math.Max(_routedThrough, Rounds.SentThroughOf(subscriber)) : lacking[0].Offset - 1);
    }

    /// <summary>
    /// Returns the position that is sent to the client, and raises the subscriber's own position to it. The stored position must not fall behind
    /// later, because a client leaves a stream whose position goes back.
    /// </summary>
    public Position Advance(Subscriber subscriber)
    {
        Position position = PositionOf(subscriber);
        ref RouteSlot slot = ref Rounds.SlotOf(subscriber);
        if (Unsafe.IsNullRef(ref slot))
        {
            subscriber.SentThrough = position.Offset;
        }
        else
        {
            slot.SentThrough = position.Offset;
        }

        return position;
    }

    /// <summary>Whether a live subscriber has missed none of the routed events.</summary>
    public bool IsCurrent(Subscriber subscriber) => subscriber.Backlog.MissedFrom < 0 || subscriber.Backlog.MissedFrom >= _next;

    /// <summary>
    /// Makes a subscriber live, within one turn of the shard. The events between its position and the next event to route become its missed events.
    /// Later events that a catch-up reader already sent are recognised by its position.
    /// </summary>
    /// <returns>False if there are too many events in between; then nothing changes.</returns>
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

    /// <summary>Sends the missed events to a live subscriber until its sink is full.</summary>
    /// <returns>False if the subscriber must read the log: it missed too many events, or they have left the hot tail.</returns>
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
            Rounds.SetReady(subscriber);
        }
        else if (subscriber.Backlog.MissedFrom < 0)
        {
            // A blocked subscriber is in no round, so it misses all events that are routed from here on.
            subscriber.Backlog.MissedFrom = _next;
        }

        return true;
    }

    /// <summary>Sends the missed events page by page until the sink is full or no missed event is left.</summary>
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
                // 7. The shard reads missed events from the hot tail only; storage is for catch-up threads.
                if (_backlog.ReadTail(subscriber, _next) == PageOutcome.Overtaken)
                {
                    return false;
                }

                if (_backlog.IsExhausted && subscriber.Backlog.MissedFrom < _next)
                {
                    // Its patterns take long to match. A catch-up thread continues, so that the shard serves the others.
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

    /// <summary>Removes a subscriber from the routes. Events that were not sent to it yet are not sent; its position excludes them.</summary>
    public void Leave(Subscriber subscriber)
    {
        if (Rounds.IsReady(subscriber))
        {
            long position = PositionOf(subscriber).Offset;
            _rounds.PrepareToLeave(subscriber);
            _routes.Remove(subscriber);
            subscriber.SentThrough = position;
        }
        else
        {
            _routes.Remove(subscriber);
        }

        _live--;
        if (subscriber.DeliveryInterval is not null)
        {
            paced.Remove(subscriber);
        }

        subscriber.State = SubscriberState.Waiting;
    }

    /// <summary>Routes new events, up to a limit, so that the shard also handles its messages.</summary>
    /// <returns>False if events left the hot tail before they were routed; then every live subscriber must read the log.</returns>
    public bool RouteTail()
    {
        _turnStart = clock.GetTimestamp();
        long end = log.Tail.End;
        if (_live == 0)
        {
            // No subscriber is live. A subscriber that joins later starts at its own position.
            (_routedThrough, _next) = (log.Tail[end - 1]?.Offset ?? _routedThrough, end);
            return true;
        }

        end = Math.Min(end, _next + limits.ShardTurnEvents);
        long maxWork = _routes.MatchWork + MaxTurnWork;
        // 5. Reads the hot tail from this shard's own sequence. A full round stops the loop: slow rounds must not collect events without limit.
        for (; _next < end && !_rounds.IsFull; _next++)
        {
            if (log.Tail[_next] is not { } added)
            {
                // The writer evicted the event before this shard read it.
                _next = log.Tail.First;
                return false;
            }

            if (!TryMatch(added, maxWork))
            {
                break;
            }

            RouteTo(added.Topic.Name, added);
            foreach (Topic alternate in added.Alternates)
            {
                RouteTo(alternate.Name, added);
            }

            RouteTo(_routes.Any, added);
            if (added.Event.IsCompletion)
            {
                _routes.Exact(added.Topic.Name)?.CopyTo(Completed);
            }

            _routedThrough = added.Offset;
            counters.Add(HubCounter.RoutedEvents);
        }

        return true;
    }

    /// <summary>Matches the topics of the next event with the patterns, as far as the turn allows. The routes remember the results.</summary>
    private bool TryMatch(LoggedEvent added, long maxWork)
    {
        if (_matchedSequence != _next)
        {
            (_matchedSequence, _matchedVersion) = (_next, _routes.Version);
        }

        // After a change of the patterns everything is matched again. Then the event is routed in this turn, so that frequent changes cannot stop it.
        if (_matchedVersion != _routes.Version)
        {
            return true;
        }

        for (int i = 0; i < added.Alternates.Length && _routes.MatchWork < maxWork; i++)
        {
            _routes.Patterns(added.Alternates[i].Name);
        }

        return _routes.MatchWork < maxWork;
    }

    /// <summary>Sends the routed events: all of them to individually served subscribers, and to the others for a limited time.</summary>
    public void Flush()
    {
        // 6. Delivers to subscribers with filters, then in rounds to shared ones.
        _filtered.Flush();
        _rounds.Run();
    }

    /// <summary>Sends a notice (not an event) to a live subscriber that is not blocked.</summary>
    public void Send(Subscriber subscriber, FrameBatch batch)
    {
        try
        {
            if (subscriber.Sink.TrySend(batch, out _))
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
            _rounds.Suspend(subscriber, _next);
        }
    }

    private void RouteTo(string topic, LoggedEvent added)
    {
        if (_routes.Exact(topic) is { } exact)
        {
            RouteTo(exact, added);
        }

        foreach (Route pattern in _routes.Patterns(topic))
        {
            RouteTo(pattern, added);
        }
    }

    private void RouteTo(Route route, LoggedEvent added)
    {
        _rounds.Add(route, added);
        if (added.Topic.Policy.SlowConsumer != SlowConsumer.CatchUp)
        {
            foreach (ref readonly RouteSlot slot in route.Shared.Suspended)
            {
                if (added.Offset > slot.Subscriber.SentThrough)
                {
                    slot.Subscriber.NotePolicy(added);
                }
            }
        }

        foreach (Subscriber subscriber in route.Filtered)
        {
            if (added.Offset > subscriber.SentThrough && TypeFilter.Matches(subscriber.Request.Types, added.Event.Type))
            {
                _filtered.Add(subscriber, added);
            }
        }
    }
}
