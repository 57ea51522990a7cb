using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Step 6 of the path of an event for plain subscribers (see <see cref="HubEngine"/>): the sweeps that are under way in a shard, each of which
/// gets its turn for some subscribers. Of the shard's thread, so nothing is locked, and nothing is allocated per delivery.
/// </summary>
internal sealed class Sweeps(HubLimits limits, RenewalGate renewals, TimeProvider clock, ILogger logger)
{
    /// <summary>What a turn may cost: some 64 sends, half a millisecond, after which messages, new events and other threads have theirs.</summary>
    private const int TurnCost = 1_024;

    private const int SendCost = 16;

    /// <summary>Sweeps that are kept for the next events; more are only needed when many selectors get events at once.</summary>
    private const int KeptSweeps = 1_024;

    /// <summary>How many, one after the other, may turn out to be blocked when the last subscriber is served out of turn.</summary>
    private const int MostSendsToLast = 64;

    private readonly Queue<Sweep> _active = [];
    private readonly Stack<Sweep> _idle = [];
    private readonly RunWriter _runs = new();
    private readonly List<LoggedEvent> _readable = [];
    private readonly RunBuilder _run = new();
    private int _pairs;
    private int _full;

    public bool IsEmpty => _active.Count == 0;

    /// <summary>Nothing more should be added before <see cref="Run()"/> has got further.</summary>
    public bool IsFull => _full > 0 || _pairs >= limits.ShardTurnRoutes;

    /// <summary>A subscriber has another identity.</summary>
    public void EndRenewal(Subscriber subscriber)
    {
        // The access is read after the count went down (a full fence): a later renewal has either stored its access by now, or still has its
        // own count up until its own message comes.
        renewals.End();
        subscriber.Route?.Plain.Renew(subscriber);
    }

    /// <summary>An event for the plain subscribers of a node.</summary>
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

    /// <summary>Sends for a while.</summary>
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

    /// <summary>Whether it is a plain subscriber that takes part.</summary>
    public static bool IsReady(Subscriber subscriber) => subscriber.Route is { } node && node.Plain.IsReady(subscriber);

    /// <summary>It has everything up to here, and takes part from here on.</summary>
    public static void SetReady(Subscriber subscriber)
    {
        RouteNode node = subscriber.Route!;
        if (!IsReady(subscriber))
        {
            node.Plain.SetReady(subscriber);
            node.Sweep?.Grow();
        }
    }

    /// <summary>It takes part no more until it is ready again; what it lacks it has missed.</summary>
    /// <param name="subscriber">A plain one.</param>
    /// <param name="next">Sequence of the next event that is routed.</param>
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
    /// It is about to give up its place among those that are ready. The last of them will stand there, where the round may have been already,
    /// and so gets what it lacks before. With clients that come and go all the time no round would end otherwise.
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

            // One that can't take it is not ready any more, and another one is the last.
            if (TrySend(sweep, ref last))
            {
                return;
            }
        }

        sweep.Restart();
    }

    /// <summary>What is on its way to the subscriber. Valid until something is routed or sent.</summary>
    public static ReadOnlySpan<LoggedEvent> Lacking(Subscriber subscriber) =>
        IsReady(subscriber) && subscriber.Route is { Sweep: { } sweep } node
            ? sweep.From(sweep.FirstAfter(node.Plain.Ready[subscriber.RoutePlace].Cursor))
            : default;

    /// <summary>Where a live subscriber's cursor stands.</summary>
    public static long CursorOf(Subscriber subscriber)
    {
        ref RouteMember member = ref MemberOf(subscriber);
        return Unsafe.IsNullRef(ref member) ? subscriber.SentThrough : member.Cursor;
    }

    /// <summary>The member that keeps the cursor of a plain subscriber which takes part; a null reference for any other.</summary>
    public static ref RouteMember MemberOf(Subscriber subscriber)
    {
        if (IsReady(subscriber))
        {
            return ref subscriber.Route!.Plain.Ready[subscriber.RoutePlace];
        }

        return ref Unsafe.NullRef<RouteMember>();
    }

    /// <summary>Sends what is on its way to one subscriber, before its turn comes: it ends, and what came before its end is still for it.</summary>
    public void Hurry(Subscriber subscriber)
    {
        if (Lacking(subscriber).IsEmpty)
        {
            return;
        }

        // One that is just being renewed gets nothing under its old identity any more.
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

    /// <summary>Visits some subscribers of a sweep; returns what is left of the budget.</summary>
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

    /// <summary>Sends a member what it lacks; false when it is not ready any more.</summary>
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
