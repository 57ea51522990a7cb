using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Step 6 of the path of an event for plain subscribers (see <see cref="HubEngine"/>): the active sweeps of a shard, each of which sends to some
/// subscribers per turn. Shard thread only, so it needs no lock; it allocates nothing per delivery.
/// </summary>
internal sealed class Sweeps(HubLimits limits, RenewalGate renewals, TimeProvider clock, ILogger logger)
{
    /// <summary>Budget of one turn: about 64 sends or half a millisecond. Then messages, new events and other threads have their turn.</summary>
    private const int TurnCost = 1_024;

    private const int SendCost = 16;

    /// <summary>Number of empty sweeps kept for reuse. More are needed only when many selectors get events at once.</summary>
    private const int KeptSweeps = 1_024;

    /// <summary>Maximum number of blocked subscribers tried in succession when the last subscriber is served out of turn.</summary>
    private const int MostSendsToLast = 64;

    private readonly Queue<Sweep> _active = [];
    private readonly Stack<Sweep> _idle = [];
    private readonly RunWriter _runs = new();
    private readonly List<LoggedEvent> _readable = [];
    private readonly RunBuilder _run = new();
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
        subscriber.Route?.Plain.Renew(subscriber);
    }

    /// <summary>Adds an event for the plain subscribers of a node.</summary>
    public void Add(RouteNode node, LoggedEvent added)
    {
        if (node.Plain.ReadyCount == 0)
        {
            return;
        }

        Sweep sweep = node.Sweep ?? Begin(node);
        bool wasFull = sweep.IsFull;
        if (sweep.TryAdd(added))
        {
            _pairs++;
            _full += sweep.IsFull && !wasFull ? 1 : 0;
        }
    }

    /// <summary>Sends events until the budget of the turn is used.</summary>
    public void Run()
    {
        int budget = TurnCost;
        while (budget > 0 && _active.TryDequeue(out Sweep? sweep))
        {
            budget = Run(sweep, budget);
            if (!sweep.IsEmpty)
            {
                _active.Enqueue(sweep);
                continue;
            }

            sweep.Node.Sweep = null;
            if (_idle.Count < KeptSweeps)
            {
                _idle.Push(sweep);
            }
        }
    }

    /// <summary>Whether a subscriber is plain and takes part in rounds.</summary>
    public static bool IsReady(Subscriber subscriber) => subscriber.Route is { } node && node.Plain.IsReady(subscriber);

    /// <summary>Adds a subscriber that has all events so far to the following rounds.</summary>
    public static void SetReady(Subscriber subscriber)
    {
        RouteNode node = subscriber.Route!;
        if (!IsReady(subscriber))
        {
            node.Plain.SetReady(subscriber);
            node.Sweep?.Grow();
        }
    }

    /// <summary>Removes a subscriber from the rounds until it is ready again. The events that were not sent to it become missed events.</summary>
    /// <param name="subscriber">A plain subscriber.</param>
    /// <param name="next">Sequence of the next event to route.</param>
    public void Suspend(Subscriber subscriber, long next)
    {
        if (!IsReady(subscriber))
        {
            return;
        }

        RouteNode node = subscriber.Route!;
        PrepareToLeave(subscriber);
        ReadOnlySpan<LoggedEvent> lacking = Lacking(subscriber);
        node.Plain.Suspend(subscriber);
        Miss(subscriber, lacking, next);
    }

    /// <summary>
    /// Prepares the removal of a ready subscriber. The last ready subscriber moves to its index, which the round may already have passed, so the last
    /// one first receives the events that it lacks. Otherwise each removal would restart the round, and with frequent connects and disconnects no
    /// round would end.
    /// </summary>
    public void PrepareToLeave(Subscriber subscriber)
    {
        if (!IsReady(subscriber) || subscriber.Route!.Sweep is not { } sweep)
        {
            return;
        }

        for (int sends = 0; sends < MostSendsToLast; sends++)
        {
            ref RouteMember last = ref sweep.Node.Plain.Ready[^1];
            if (ReferenceEquals(last.Subscriber, subscriber) || last.Cursor >= sweep.LastOffset)
            {
                return;
            }

            if (renewals.IsClosed)
            {
                break;
            }

            // If the sink of the last subscriber is full, it is no longer ready, and another subscriber is the last.
            if (TrySend(sweep, ref last))
            {
                return;
            }
        }

        sweep.Restart();
    }

    /// <summary>Events that a subscriber has not received from the current sweep. Valid until the next routing or sending.</summary>
    public static ReadOnlySpan<LoggedEvent> Lacking(Subscriber subscriber) =>
        IsReady(subscriber) && subscriber.Route is { Sweep: { } sweep } node
            ? sweep.From(sweep.FirstAfter(node.Plain.Ready[subscriber.RoutePlace].Cursor))
            : default;

    /// <summary>Offset up to which a live subscriber has received all its events.</summary>
    public static long CursorOf(Subscriber subscriber)
    {
        ref RouteMember member = ref MemberOf(subscriber);
        return Unsafe.IsNullRef(ref member) ? subscriber.SentThrough : member.Cursor;
    }

    /// <summary>The slot that holds the position of a ready plain subscriber; a null reference for any other subscriber.</summary>
    public static ref RouteMember MemberOf(Subscriber subscriber)
    {
        if (IsReady(subscriber))
        {
            return ref subscriber.Route!.Plain.Ready[subscriber.RoutePlace];
        }

        return ref Unsafe.NullRef<RouteMember>();
    }

    /// <summary>Sends the waiting events to one subscriber out of turn, because its stream ends and these events precede its end.</summary>
    public void Hurry(Subscriber subscriber)
    {
        if (Lacking(subscriber).IsEmpty)
        {
            return;
        }

        // While a renewal is in progress, nothing more is sent under the old identity.
        ref RouteMember member = ref subscriber.Route!.Plain.Ready[subscriber.RoutePlace];
        if (ReferenceEquals(member.Access, subscriber.Access))
        {
            PrepareToLeave(subscriber);
            TrySend(subscriber.Route.Sweep!, ref member);
        }
    }

    private Sweep Begin(RouteNode node)
    {
        Sweep sweep = _idle.TryPop(out Sweep? idle) ? idle : new Sweep(limits.ShardTurnEvents, limits.MaxWriteBytes);
        sweep.Begin(node);
        node.Sweep = sweep;
        _active.Enqueue(sweep);
        return sweep;
    }

    /// <summary>Visits some subscribers of a sweep; returns the remaining budget.</summary>
    private int Run(Sweep sweep, int budget)
    {
        while (budget > 0 && !sweep.IsEmpty)
        {
            bool wasFull = sweep.IsFull;
            if (sweep.Node.Plain.ReadyCount == 0)
            {
                _pairs -= sweep.Clear();
            }
            else
            {
                ref RouteMember member = ref sweep.Next();
                bool has = member.Cursor >= sweep.LastOffset;
                if (!has && renewals.IsClosed)
                {
                    return 0;
                }

                budget -= has ? 1 : SendCost;
                _pairs -= sweep.Visited(stayed: has || TrySend(sweep, ref member));
            }

            _full -= wasFull && !sweep.IsFull ? 1 : 0;
        }

        return budget;
    }

    /// <summary>Sends the lacking events to a subscriber; false if it is not ready any more.</summary>
    private bool TrySend(Sweep sweep, ref RouteMember member)
    {
        Subscriber subscriber = member.Subscriber;
        int start = sweep.FirstAfter(member.Cursor);
        ReadOnlySpan<LoggedEvent> events = sweep.From(start);
        try
        {
            FrameRun run;
            if (member.Access is { } access)
            {
                access.Select(events, _readable);
                events = CollectionsMarshal.AsSpan(_readable);
                _run.Build(events, member.Format);
                run = _run.Run;
            }
            else
            {
                run = _runs.Run(sweep, start, member.Format);
            }

            int taken = 0;
            if (events.IsEmpty || member.Sink.TrySend(run, out taken))
            {
                member.Cursor = sweep.LastOffset;
                return true;
            }

            member.Cursor = events[taken - 1].Offset;
            subscriber.Block(clock.GetTimestamp());
        }
        catch (Exception failed)
        {
            subscriber.Fail(failed, logger);
        }

        ReadOnlySpan<LoggedEvent> lacking = sweep.From(sweep.FirstAfter(member.Cursor));
        sweep.Node.Plain.Suspend(subscriber);
        Miss(subscriber, lacking, sweep.LastSequence + 1);
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
