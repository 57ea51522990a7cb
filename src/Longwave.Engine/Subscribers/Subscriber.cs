using System.Diagnostics;
using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Subscribers;

/// <summary>One open stream: a filter, how far it was sent, and a sink.</summary>
/// <remarks>
/// A subscriber belongs to one thread at a time. Its <see cref="State"/> says to which: to the catch-up reader that has it while it is
/// <see cref="SubscriberState.CatchingUp"/>, to the thread that opens it while it is <see cref="SubscriberState.Opening"/>, else to its shard.
/// The owner alone uses the sink and changes <see cref="SentThrough"/>, <see cref="IsBlocked"/> and <see cref="Backlog"/>; messages hand it
/// over, through the locks of mailbox and queue. Members marked "Shard thread only." are the shard's in every state.
/// </remarks>
public sealed class Subscriber
{
    private readonly ShardInbox _shard;
    private readonly PatternCounts _patterns;
    private readonly int[]? _places;
    private Backlog _backlog = new();
    private EventChain _pending;
    private SubscriberState _state;
    private long _sentThrough;
    private volatile bool _isAskedBack;
    private TaskCompletionSource<CloseReason>? _completion;
    private int _closing = -1;
    private int _ended = -1;

    // One reference: everything that a renewal changes is replaced at once, and the last of two renewals wins as a whole.
    private StreamIdentity? _identity;

    internal Subscriber(long id, SubscribeRequest request, TopicFilter filter, ISink sink, ShardInbox shard, PatternCounts patterns)
    {
        (Id, Request, Filter, Sink, _shard, _patterns) = (id, request, filter, sink, shard, patterns);
        _places = filter.Selectors.Count > 1 ? new int[filter.Selectors.Count] : null;
        Pace = request.MaxRate > 0 ? new Pace(TimeSpan.FromSeconds(1 / request.MaxRate)) : null;
        _identity = request.Identity is { } identity ? WithNeededAccess(identity) : null;
    }

    /// <summary>Number of the stream, unique while the hub runs.</summary>
    public long Id { get; }

    /// <summary>Completes when the stream is over and its sink is not used any more.</summary>
    /// <remarks>Made on first need: the end of a parked stream is not awaited, and there are many of them.</remarks>
    public Task<CloseReason> Completion
    {
        get
        {
            // This stores _completion, then reads _ended; Completed stores _ended, then reads _completion. Both stores are full fences, so at
            // least one of the two sees the other's and completes the task.
            TaskCompletionSource<CloseReason> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource<CloseReason> completion = Interlocked.CompareExchange(ref _completion, made, null) ?? made;
            if (Volatile.Read(ref _ended) is >= 0 and int reason)
            {
                completion.TrySetResult((CloseReason)reason);
            }

            return completion.Task;
        }
    }

    /// <summary>Why it is to end, or null while it goes on. For any thread.</summary>
    internal CloseReason? Closing => Volatile.Read(ref _closing) is >= 0 and int reason ? (CloseReason)reason : null;

    /// <summary>The identity that holds it. For any thread.</summary>
    public StreamIdentity? Identity => Volatile.Read(ref _identity);

    /// <summary>Which events reach it; null when nothing that it asked for is kept from it. For any thread.</summary>
    internal ReadAccess? Access => Identity?.Access;

    internal SubscribeRequest Request { get; }

    internal TopicFilter Filter { get; }

    internal ISink Sink { get; }

    /// <summary>It gets every event of its only selector at once, so that it can share what is sent with others like it.</summary>
    internal bool IsPlain => _places is null && Request.Types.Count == 0 && Pace is null;

    /// <summary>Where it is in its life. Shard thread only.</summary>
    internal SubscriberState State
    {
        get => _state;
        set
        {
            Debug.Assert(CanChange(_state, value), $"A subscriber does not go from {_state} to {value}.");
            _state = value;
        }
    }

    /// <summary>
    /// Every matching event up to this offset was sent, or the client was told that it is gone. It never goes back: a client leaves a stream
    /// that takes a position back. Owner only.
    /// </summary>
    /// <remarks>While the subscriber takes part in rounds, its slot of the route has the current value (<see cref="RouteMember.Cursor"/>).</remarks>
    internal long SentThrough
    {
        get => _sentThrough;
        set
        {
            Debug.Assert(value >= _sentThrough, "What was sent stays sent.");
            _sentThrough = value;
        }
    }

    /// <summary>The sink has bytes that did not leave yet; nothing is sent until it is writable. Owner only.</summary>
    internal bool IsBlocked { get; set; }

    /// <summary>What it lacks. Owner only.</summary>
    internal ref Backlog Backlog => ref _backlog;

    /// <summary>Since when it is blocked, as a timestamp of the clock. Shard thread only.</summary>
    internal long BlockedSince { get; set; }

    /// <summary>The sink became writable before the shard knew that it was blocked. Shard thread only.</summary>
    internal bool SignalledEarly { get; set; }

    /// <summary>The route of which it is a plain member; null while it is none. Shard thread only.</summary>
    internal RouteNode? Route { get; set; }

    /// <summary>Index of its slot in its route, if it has one selector. Shard thread only.</summary>
    internal int RoutePlace { get; set; } = -1;

    /// <summary>What this turn brings for it alone. Shard thread only.</summary>
    internal ref EventChain Pending => ref _pending;

    /// <summary>When it may be sent to, if not at once. Shard thread only.</summary>
    internal Pace? Pace { get; }

    /// <summary>Its place among those that wait for a catch-up reader; null while it is not there. Shard thread only.</summary>
    internal LinkedListNode<Subscriber>? CatchUpTurn { get; set; }

    /// <summary>The shard wants it back from its reader after the current page. The shard writes it, the reader reads it.</summary>
    internal bool IsAskedBack { get => _isAskedBack; set => _isAskedBack = value; }

    /// <summary>A heartbeat was due while a reader had it. Shard thread only.</summary>
    internal bool OwesHeartbeat { get; set; }

    /// <summary>Its index in its bucket of the shard's timer wheel; -1 while it is not there. Shard thread only.</summary>
    internal int WheelPlace { get; set; } = -1;

    /// <summary>Timestamp at which it is asked to reconnect; <see cref="long.MaxValue"/> for never. Shard thread only.</summary>
    internal long LeaveAt { get; set; } = long.MaxValue;

    /// <summary>Why it is asked to reconnect then. Shard thread only.</summary>
    internal CloseReason LeaveReason { get; set; }

    /// <summary>Its index among those whose token expires; -1 while it is not there. Shard thread only.</summary>
    internal int DeadlinePlace { get; set; } = -1;

    /// <summary>When the expiry of its token has to be looked at, in milliseconds since the Unix epoch. Shard thread only.</summary>
    internal long DeadlineUnixMs { get; set; }

    /// <summary>Its client knows that the token expires. Shard thread only.</summary>
    internal bool IsToldOfExpiry { get; set; }

    /// <summary>Goes on under another identity. An event that is published after this returns is delivered only if that identity may read it. From any thread.</summary>
    /// <returns>False when the stream is ending already.</returns>
    public bool TryRenew(StreamIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        StreamIdentity renewed = WithNeededAccess(identity);

        // See RenewalGate. The interlocked increment also orders the two for every other reader, which reads Access itself.
        _shard.Renewals.Begin();

        // A full fence. Revoking writes the list, then reads the identity of every stream; renewing writes the identity, then reads the list:
        // with a fence between the two steps on both sides, at least one of them sees the other.
        Interlocked.Exchange(ref _identity, renewed);
        _shard.Post(new ShardMessage(ShardMessageKind.Renewed, this));
        return Closing is null;
    }

    /// <summary>Asks for its end. From any thread; the first reason counts.</summary>
    public void Close(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closing, (int)reason, -1) < 0)
        {
            _shard.Post(new ShardMessage(ShardMessageKind.Closing, this));
        }
    }

    /// <summary>For its sink: it takes bytes again, after <see cref="ISink.TrySend"/> was false. From any thread.</summary>
    public void OnWritable() => _shard.Post(new ShardMessage(ShardMessageKind.Writable, this));

    /// <summary>Index of its slot in the route of one of its selectors. Shard thread only.</summary>
    internal int PlaceOf(int selectorIndex) => _places is null ? RoutePlace : _places[selectorIndex];

    internal void SetPlace(int selectorIndex, int place)
    {
        if (_places is null)
        {
            RoutePlace = place;
        }
        else
        {
            _places[selectorIndex] = place;
        }
    }

    /// <summary>The sink takes no more for now. Shard thread only.</summary>
    internal void Block(long timestamp) => (IsBlocked, BlockedSince) = (true, timestamp);

    /// <summary>Its sink failed: the stream ends, and no other with it. Owner only.</summary>
    internal void Fail(Exception failed, ILogger logger)
    {
        IsBlocked = true;
        if (Closing is null)
        {
            SubscriberLog.DeliveryFailed(logger, Id, failed);
            Close(CloseReason.Error);
        }
    }

    /// <summary>Notes events that it can't be given now: the first of them is all that it remembers, and what their policies say. Shard thread only.</summary>
    internal void Miss(ReadOnlySpan<LoggedEvent> missed)
    {
        Miss(missed[0]);
        foreach (LoggedEvent one in missed)
        {
            NotePolicy(one);
        }
    }

    /// <summary>Notes that it can't be given an event now. Shard thread only.</summary>
    internal void Miss(LoggedEvent missed)
    {
        if (_backlog.MissedFrom < 0)
        {
            _backlog.MissedFrom = missed.Sequence;
            SentThrough = missed.Offset - 1;
        }
    }

    /// <summary>It is blocked while an event comes: the policy of the event's topic says what that means, if it may read the event at all. Shard thread only.</summary>
    internal void NotePolicy(LoggedEvent missed)
    {
        SlowConsumer policy = missed.Topic.Policy.SlowConsumer;
        if (policy != SlowConsumer.CatchUp && Access?.MayRead(missed) != false)
        {
            _backlog.IsSlow = true;
            _backlog.IsTooSlow |= policy == SlowConsumer.Disconnect;
        }
    }

    /// <summary>Its sink takes bytes again while it is away from the live edge: what came meanwhile it has missed. Shard thread only.</summary>
    internal void OnWritableAgain(EventLog log)
    {
        IsBlocked = false;
        _backlog.IsSlow |= _backlog.HasBeenLive && log.Topics.HaveSlowPolicies;
        ReduceBacklog(log.Tip);
    }

    /// <summary>Policies, or its own request to conflate, hold for what it lacks up to an offset. Owner only.</summary>
    internal void ReduceBacklog(long through)
    {
        if (_backlog.IsSlow || Request.Conflate)
        {
            _backlog.ReducedThrough = through;
        }
    }

    private static bool CanChange(SubscriberState from, SubscriberState to) => (from, to) switch
    {
        (SubscriberState.Closed, _) or (_, SubscriberState.Opening) => false,
        (SubscriberState.Opening, _) => to == SubscriberState.Waiting,
        (SubscriberState.CatchingUp, _) => to is SubscriberState.Waiting or SubscriberState.Closed,
        (SubscriberState.Queued, SubscriberState.Live) or (SubscriberState.Live, SubscriberState.Queued or SubscriberState.CatchingUp) => false,
        (SubscriberState.Waiting, SubscriberState.CatchingUp) => false,
        _ => true,
    };

    /// <summary>Without its access when that covers everything that the stream asked for: no event has to be checked then.</summary>
    private StreamIdentity WithNeededAccess(StreamIdentity identity) =>
        identity.Access?.CoversAll(Filter.Selectors, Request.Types) == true ? identity with { Access = null } : identity;

    /// <summary>The greeting is sent: the subscriber is its shard's.</summary>
    internal void HandOver() => _shard.Open(this);

    /// <summary>A catch-up reader has read a page: the subscriber is its shard's again. The reader must not touch it after this.</summary>
    internal void GiveBack() => _shard.Post(new ShardMessage(ShardMessageKind.CaughtUp, this));

    internal void Completed(CloseReason reason)
    {
        _patterns.Remove(Filter.Selectors);
        Request.Place?.Dispose();

        // See Completion for the order of these two.
        Interlocked.Exchange(ref _ended, (int)reason);
        Volatile.Read(ref _completion)?.TrySetResult(reason);
    }
}
