using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Step 6 of the path of an event for shared subscribers (see <see cref="HubEngine"/>): the active rounds of a shard, each of which sends to some
/// subscribers per turn. Shard thread only, so it needs no lock; it allocates nothing per delivery.
/// </summary>
internal sealed class Rounds(HubLimits limits, RenewalGate renewals, Counters<HubCounter> counters, TimeProvider clock, ILogger logger)
{
    /// <summary>Budget of one turn: about 64 sends or half a millisecond. Then messages, new events and other threads have their turn.</summary>
    private const int TurnCost = 1_024;

    private const int SendCost = 16;

    /// <summary>Number of empty rounds kept for reuse. More are needed only when many selectors get events at once.</summary>
    private const int KeptRounds = 1_024;

    /// <summary>Maximum number of blocked subscribers tried in succession when the last subscriber is served out of turn.</summary>
    private const int MostSendsToLast = 64;

    private readonly Queue<Round> _active = [];
    private readonly Stack<Round> _idle = [];
    private readonly FrameBatchCache _batches = new();
    private readonly List<LoggedEvent> _readable = [];
    private readonly FrameBatchBuilder _selected = new();
    private int _pairs;
    private int _full;

    public bool IsEmpty => _active.Count == 0;

    /// <summary>Whether routing must pause until <see cref="Run()"/> has sent more events.</summary>
    public bool IsFull => _full > 0 || _pairs >= limits.ShardTurnRoutes;

    /// <summary>Ends a renewal: applies the new identity of a subscriber.</summary>
    public void EndRenewal(Subscriber subscriber)
    {
        // The access is read after the count is decremented (a full fence). A later renewal has then either stored its access, or still holds its
        // own count until the shard handles its message.
        renewals.End();
        subscriber.Route?.Shared.Renew(subscriber);
    }

    /// <summary>Adds an event for the shared subscribers of a route.</summary>
    public void Add(Route route, LoggedEvent added)
    {
        if (route.Shared.ReadyCount == 0)
        {
            return;
        }

        Round round = route.Round ?? Begin(route);
        bool wasFull = round.IsFull;
        if (round.TryAdd(added))
        {
            _pairs++;
            _full += round.IsFull && !wasFull ? 1 : 0;
        }
    }

    /// <summary>Sends events until the budget of the turn is used.</summary>
    public void Run()
    {
        int budget = TurnCost;
        while (budget > 0 && _active.TryDequeue(out Round? round))
        {
            budget = Run(round, budget);
            if (!round.IsEmpty)
            {
                _active.Enqueue(round);
                continue;
            }

            round.Route.Round = null;
            if (_idle.Count < KeptRounds)
            {
                _idle.Push(round);
            }
        }
    }

    /// <summary>Whether a subscriber is shared and takes part in rounds.</summary>
    public static bool IsReady(Subscriber subscriber) => subscriber.Route is { } route && route.Shared.IsReady(subscriber);

    /// <summary>Adds a subscriber that has all events so far to the following rounds.</summary>
    public static void SetReady(Subscriber subscriber)
    {
        Route route = subscriber.Route!;
        if (!IsReady(subscriber))
        {
            route.Shared.SetReady(subscriber);
            route.Round?.Grow();
        }
    }

    /// <summary>Removes a subscriber from the rounds until it is ready again. The events that were not sent to it become missed events.</summary>
    /// <param name="subscriber">A shared subscriber.</param>
    /// <param name="next">Sequence of the next event to route.</param>
    public void Suspend(Subscriber subscriber, long next)
    {
        if (!IsReady(subscriber))
        {
            return;
        }

        Route route = subscriber.Route!;
        PrepareToLeave(subscriber);
        ReadOnlySpan<LoggedEvent> lacking = Lacking(subscriber);
        route.Shared.Suspend(subscriber);
        Miss(subscriber, lacking, next);
    }

    /// <summary>
    /// Prepares the removal of a ready subscriber. The last ready subscriber moves to its index, which the round may already have passed, so the last
    /// one first receives the events that it lacks. Otherwise each removal would restart the round, and with frequent connects and disconnects no
    /// round would end.
    /// </summary>
    public void PrepareToLeave(Subscriber subscriber)
    {
        if (!IsReady(subscriber) || subscriber.Route!.Round is not { } round)
        {
            return;
        }

        for (int sends = 0; sends < MostSendsToLast; sends++)
        {
            ref RouteSlot last = ref round.Route.Shared.Ready[^1];
            if (ReferenceEquals(last.Subscriber, subscriber) || last.SentThrough >= round.LastOffset)
            {
                return;
            }

            if (renewals.IsClosed)
            {
                break;
            }

            // If the sink of the last subscriber is full, it is no longer ready, and another subscriber is the last.
            if (TrySend(round, ref last))
            {
                return;
            }
        }

        round.Restart();
    }

    /// <summary>Events that a subscriber has not received from the current round. Valid until the next routing or sending.</summary>
    public static ReadOnlySpan<LoggedEvent> Lacking(Subscriber subscriber) =>
        IsReady(subscriber) && subscriber.Route is { Round: { } round } route
            ? round.From(round.FirstAfter(route.Shared.Ready[subscriber.SlotIndex].SentThrough))
            : default;

    /// <summary>Offset up to which a live subscriber has received all its events.</summary>
    public static long SentThroughOf(Subscriber subscriber)
    {
        ref RouteSlot slot = ref SlotOf(subscriber);
        return Unsafe.IsNullRef(ref slot) ? subscriber.SentThrough : slot.SentThrough;
    }

    /// <summary>The slot that holds the position of a ready shared subscriber; a null reference for any other subscriber.</summary>
    public static ref RouteSlot SlotOf(Subscriber subscriber)
    {
        if (IsReady(subscriber))
        {
            return ref subscriber.Route!.Shared.Ready[subscriber.SlotIndex];
        }

        return ref Unsafe.NullRef<RouteSlot>();
    }

    /// <summary>Sends the waiting events to one subscriber out of turn, because its stream ends and these events precede its end.</summary>
    public void Hurry(Subscriber subscriber)
    {
        if (Lacking(subscriber).IsEmpty)
        {
            return;
        }

        // While a renewal is in progress, nothing more is sent under the old identity.
        ref RouteSlot slot = ref subscriber.Route!.Shared.Ready[subscriber.SlotIndex];
        if (ReferenceEquals(slot.Access, subscriber.Access))
        {
            PrepareToLeave(subscriber);
            TrySend(subscriber.Route.Round!, ref slot);
        }
    }

    private Round Begin(Route route)
    {
        Round round = _idle.TryPop(out Round? idle) ? idle : new Round(limits.ShardTurnEvents, limits.MaxWriteBytes);
        round.Begin(route);
        counters.Add(HubCounter.Rounds);
        route.Round = round;
        _active.Enqueue(round);
        return round;
    }

    /// <summary>Visits some subscribers of a round; returns the remaining budget.</summary>
    private int Run(Round round, int budget)
    {
        while (budget > 0 && !round.IsEmpty)
        {
            bool wasFull = round.IsFull;
            if (round.Route.Shared.ReadyCount == 0)
            {
                _pairs -= round.Clear();
            }
            else
            {
                ref RouteSlot slot = ref round.Next();
                bool has = slot.SentThrough >= round.LastOffset;
                if (!has && renewals.IsClosed)
                {
                    return 0;
                }

                budget -= has ? 1 : SendCost;
                _pairs -= round.Visited(stayed: has || TrySend(round, ref slot));
            }

            _full -= wasFull && !round.IsFull ? 1 : 0;
        }

        return budget;
    }

    /// <summary>Sends the lacking events to a subscriber; false if it is not ready any more.</summary>
    private bool TrySend(Round round, ref RouteSlot slot)
    {
        Subscriber subscriber = slot.Subscriber;
        int start = round.FirstAfter(slot.SentThrough);
        ReadOnlySpan<LoggedEvent> events = round.From(start);
        try
        {
            FrameBatch batch;
            if (slot.Access is { } access)
            {
                access.Select(events, _readable);
                events = CollectionsMarshal.AsSpan(_readable);
                _selected.Build(events, slot.Format, access);
                batch = _selected.Batch;
            }
            else
            {
                batch = _batches.Get(round, start, slot.Format);
            }

            int taken = 0;
            bool isOpen = events.IsEmpty || slot.Sink.TrySend(batch, out taken);
            if (taken > 0)
            {
                DeliveryCounts.Add(counters, taken, batch.Ends[taken - 1], isOpen);
            }

            if (isOpen)
            {
                slot.SentThrough = round.LastOffset;
                return true;
            }

            slot.SentThrough = events[taken - 1].Offset;
            subscriber.Block(clock.GetTimestamp());
        }
        catch (Exception failed)
        {
            subscriber.Fail(failed, logger);
        }

        ReadOnlySpan<LoggedEvent> lacking = round.From(round.FirstAfter(slot.SentThrough));
        round.Route.Shared.Suspend(subscriber);
        Miss(subscriber, lacking, round.LastSequence + 1);
        return false;
    }

    private static void Miss(Subscriber subscriber, ReadOnlySpan<LoggedEvent> lacking, long next)
    {
        if (lacking.IsEmpty)
        {
            subscriber.Backlog.MissedFrom = next;
        }
        else
        {
            subscriber.Miss(lacking);
        }
    }
}
