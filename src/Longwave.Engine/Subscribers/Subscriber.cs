using System.Diagnostics;
using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Framing;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Subscribers;

/// <summary>One open stream: a filter, a position and a sink.</summary>
/// <remarks>
/// One thread owns a subscriber at a time, according to its <see cref="State"/>: the catch-up reader while <see cref="SubscriberState.CatchingUp"/>,
/// the opening thread while <see cref="SubscriberState.Opening"/>, otherwise its shard. Only the owner uses the sink and changes
/// <see cref="SentThrough"/>, <see cref="IsBlocked"/> and <see cref="Backlog"/>. Messages transfer the ownership, through the locks of mailbox and
/// queue. Members marked "Shard thread only." belong to the shard in every state.
/// </remarks>
public sealed class Subscriber
{
    /// <summary>Maximum number of patterns in the grants of a stream on a delivery thread, which matches them with each topic that the stream receives.</summary>
    private const int MaxInlineGrants = 32;

    private readonly ShardInbox _shard;
    private readonly PatternAccount _patterns;
    private readonly int[]? _slotIndexes;
    private Backlog _backlog = new();
    private EventChain _pending;
    private EndedTopics _endedTopics;
    private SubscriberState _state;
    private long _sentThrough;
    private volatile bool _isAskedBack;
    private TaskCompletionSource<CloseReason>? _completion;
    private int _deadlineIndex = -1;
    private int _closing = -1;
    private int _ended = -1;

    // Charge of the grants of the identity. Exchanged, because renewals and the end of the stream can be concurrent.
    private PatternCharge? _grantCharge;

    // One reference, so that a renewal replaces everything at once: of two concurrent renewals the last one wins as a whole.
    private StreamIdentity? _identity;

    internal Subscriber(long id, SubscribeRequest request, TopicFilter filter, ISink sink, ShardInbox shard, PatternAccount patterns)
    {
        (Id, Request, Filter, Sink, _shard, _patterns) = (id, request, filter, sink, shard, patterns);
        _slotIndexes = filter.Selectors.Count > 1 ? new int[filter.Selectors.Count] : null;
        DeliveryInterval = request.MaxRate > 0 ? new DeliveryInterval(TimeSpan.FromSeconds(1 / request.MaxRate)) : null;
        _identity = request.Identity is { } identity ? WithNeededAccess(identity) : null;
    }

    /// <summary>Number of the stream, unique until the hub restarts.</summary>
    public long Id { get; }

    /// <summary>Completes when the stream has ended and its sink is no longer used.</summary>
    /// <remarks>Created on first need: the end of a parked stream is not awaited, and there are many of them.</remarks>
    public Task<CloseReason> Completion
    {
        get
        {
            // This stores _completion, then reads _ended; Completed stores _ended, then reads _completion. Both stores are full fences, so at
            // least one of the two sees the store of the other and completes the task.
            TaskCompletionSource<CloseReason> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource<CloseReason> completion = Interlocked.CompareExchange(ref _completion, made, null) ?? made;
            if (Volatile.Read(ref _ended) is >= 0 and int reason)
            {
                completion.TrySetResult((CloseReason)reason);
            }

            return completion.Task;
        }
    }

    /// <summary>Reason for which the stream should end; null while it continues. For any thread.</summary>
    public CloseReason? Closing => Volatile.Read(ref _closing) is >= 0 and int reason ? (CloseReason)reason : null;

    /// <summary>Current identity of the stream. For any thread.</summary>
    public StreamIdentity? Identity => Volatile.Read(ref _identity);

    /// <summary>Read access of the stream; null if the identity may read every event that the stream requests. For any thread.</summary>
    internal ReadAccess? Access => Identity?.Access;

    internal SubscribeRequest Request { get; }

    /// <summary>Whether the costly shard serves the subscriber. The opening thread sets it.</summary>
    internal bool IsCostly { get; init; }

    /// <summary>Charge of the patterns; null without patterns. The opening thread sets it, and the end of the stream returns it.</summary>
    internal PatternCharge? Charge { get; init; }

    /// <summary>Charge of the grants; null without patterns in them. The opening thread sets it; renewals and the end of the stream replace it.</summary>
    internal PatternCharge? GrantCharge
    {
        get => Volatile.Read(ref _grantCharge);
        init => _grantCharge = value;
    }

    internal TopicFilter Filter { get; }

    internal ISink Sink { get; }

    /// <summary>
    /// Whether the subscriber is shared: it has one selector, no type filter and no delivery interval, so it shares its frames with other subscribers.
    /// </summary>
    internal bool SharesFrames => _slotIndexes is null && Request.Types.Count == 0 && DeliveryInterval is null;

    /// <summary>Current state. Shard thread only.</summary>
    internal SubscriberState State
    {
        get => _state;
        set
        {
            Debug.Assert(CanChange(_state, value), $"A subscriber does not go from {_state} to {value}.");
            _shard.States.Add(_state, -1);
            _shard.States.Add(value);
            _state = value;
        }
    }

    /// <summary>
    /// Offset up to which every matching event was sent, or its loss was reported. It never decreases, because a client disconnects from a stream whose
    /// position goes back. Owner only.
    /// </summary>
    /// <remarks>While the subscriber takes part in rounds, its slot in the route has the current value (<see cref="RouteSlot.SentThrough"/>).</remarks>
    internal long SentThrough
    {
        get => _sentThrough;
        set
        {
            Debug.Assert(value >= _sentThrough, "SentThrough must not decrease.");
            _sentThrough = value;
        }
    }

    /// <summary>Where the stream starts. The opening thread sets it, before the shard adds the subscriber.</summary>
    internal StreamStart Start { get; set; }

    /// <summary>Whether the sink has unsent bytes; nothing is sent until it is writable. Owner only.</summary>
    internal bool IsBlocked { get; set; }

    /// <summary>Missed events. Owner only.</summary>
    internal ref Backlog Backlog => ref _backlog;

    /// <summary>Topics that are complete. Shard thread only.</summary>
    internal ref EndedTopics EndedTopics => ref _endedTopics;

    /// <summary>Timestamp since which the sink is blocked. Shard thread only.</summary>
    internal long BlockedSince { get; set; }

    /// <summary>Whether the sink became writable before the shard knew that it was blocked. Shard thread only.</summary>
    internal bool SignalledEarly { get; set; }

    /// <summary>The route of a shared subscriber; null for any other, and while it is not live. Shard thread only.</summary>
    internal Route? Route { get; set; }

    /// <summary>Index of the slot in the route of a subscriber with one selector. Shard thread only.</summary>
    internal int SlotIndex { get; set; } = -1;

    /// <summary>Events of the current turn for this subscriber alone. Shard thread only.</summary>
    internal ref EventChain Pending => ref _pending;

    /// <summary>Delivery interval; null to deliver at once. Shard thread only.</summary>
    internal DeliveryInterval? DeliveryInterval { get; }

    /// <summary>Node in the queue for a catch-up reader; null while it is not queued. Shard thread only.</summary>
    internal LinkedListNode<Subscriber>? CatchUpTurn { get; set; }

    /// <summary>Whether the shard requests the subscriber back after the current page. The shard writes it, the reader reads it.</summary>
    internal bool IsReturnRequested { get => _isAskedBack; set => _isAskedBack = value; }

    /// <summary>Whether a heartbeat became due while a reader owned the subscriber. Shard thread only.</summary>
    internal bool IsHeartbeatDue { get; set; }

    /// <summary>Index in its bucket of the timer wheel; -1 while it is not in the wheel. Shard thread only.</summary>
    internal int WheelIndex { get; set; } = -1;

    /// <summary>Timestamp at which the hub asks the client to reconnect; <see cref="long.MaxValue"/> for never. Shard thread only.</summary>
    internal long LeaveAt { get; set; } = long.MaxValue;

    /// <summary>Reason of that request to reconnect. Shard thread only.</summary>
    internal CloseReason LeaveReason { get; set; }

    /// <summary>Index in the heap of token deadlines; -1 while it is not in the heap. Shard thread only.</summary>
    internal ref int DeadlineIndex => ref _deadlineIndex;

    /// <summary>Whether the client was notified that the token expires. Shard thread only.</summary>
    internal bool IsExpiryNoticeSent { get; set; }

    /// <summary>
    /// Replaces the identity. An event that is published after this returns is delivered only if the new identity may read it. From any thread.
    /// </summary>
    /// <returns>False if the stream is already ending, or the grants of the identity exceed a limit of cost or need another shard.</returns>
    public bool TryRenew(StreamIdentity identity) => Renew(identity) == RenewOutcome.Renewed;

    /// <inheritdoc cref="TryRenew"/>
    /// <returns>Whether the identity was replaced, and why not.</returns>
    public RenewOutcome Renew(StreamIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (!IsCostly && HasCostlyGrants(identity.Access, Filter, Request))
        {
            return RenewOutcome.NeedsNewStream;
        }

        if (_patterns.TryChargeGrants(identity.Access?.Patterns ?? [], Request.Client, out PatternCharge? charge) != SubscribeOutcome.Accepted)
        {
            return RenewOutcome.TooCostly;
        }

        // This stores the charge, then reads _ended; Completed stores _ended, then takes the charge. Both stores are full fences, so at least one
        // of the two sees the other and returns the charge.
        _patterns.Return(Interlocked.Exchange(ref _grantCharge, charge));
        if (Volatile.Read(ref _ended) >= 0)
        {
            _patterns.Return(Interlocked.Exchange(ref _grantCharge, null));
        }

        StreamIdentity renewed = WithNeededAccess(identity);

        // See RenewalGate. The interlocked increment also orders the two writes for every other reader, which reads Access directly.
        _shard.Renewals.Begin();

        // A full fence. A revocation writes the list, then reads the identity of every stream; a renewal writes the identity, then reads the list.
        // With a fence between the two steps on both sides, at least one of them sees the write of the other.
        Interlocked.Exchange(ref _identity, renewed);
        _shard.Post(new ShardMessage(ShardMessageKind.Renewed, this));
        return Closing is null ? RenewOutcome.Renewed : RenewOutcome.Ending;
    }

    /// <summary>Requests the end of the stream. From any thread; the first reason applies.</summary>
    /// <returns>False if the stream was already ending or has ended.</returns>
    public bool Close(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closing, (int)reason, -1) >= 0)
        {
            return false;
        }

        _shard.Post(new ShardMessage(ShardMessageKind.Closing, this));
        return true;
    }

    /// <summary>
    /// Signals that the sink accepts bytes again after <see cref="ISink.TrySend"/> returned false. Called by the sink, from any thread.
    /// </summary>
    public void OnWritable() => _shard.Post(new ShardMessage(ShardMessageKind.Writable, this));

    /// <summary>Index of the slot in the route of one of the selectors. Shard thread only.</summary>
    internal int SlotIndexOf(int selectorIndex) => _slotIndexes is null ? SlotIndex : _slotIndexes[selectorIndex];

    internal void SetSlotIndex(int selectorIndex, int index)
    {
        if (_slotIndexes is null)
        {
            SlotIndex = index;
        }
        else
        {
            _slotIndexes[selectorIndex] = index;
        }
    }

    /// <summary>Marks the sink as blocked: it accepts no more bytes for now. Shard thread only.</summary>
    internal void Block(long timestamp) => (IsBlocked, BlockedSince) = (true, timestamp);

    /// <summary>Ends the stream after its sink failed; other streams are not affected. Owner only.</summary>
    internal void Fail(Exception failed, ILogger logger)
    {
        IsBlocked = true;
        if (Closing is null)
        {
            SubscriberLog.DeliveryFailed(logger, Id, failed);
            Close(CloseReason.Error);
        }
    }

    /// <summary>Records events that can't be sent now: the first of them, and the policies of all. Shard thread only.</summary>
    internal void Miss(ReadOnlySpan<LoggedEvent> missed)
    {
        Miss(missed[0]);
        foreach (LoggedEvent one in missed)
        {
            NotePolicy(one);
        }
    }

    /// <summary>Records an event that can't be sent now. Shard thread only.</summary>
    internal void Miss(LoggedEvent missed)
    {
        if (_backlog.MissedFrom < 0)
        {
            _backlog.MissedFrom = missed.Sequence;
            SentThrough = missed.Offset - 1;
        }
    }

    /// <summary>
    /// Records the policy of an event that arrives while the sink is blocked, if the subscriber may read the event. Shard thread only.
    /// </summary>
    internal void NotePolicy(LoggedEvent missed)
    {
        SlowConsumer policy = missed.Topic.Policy.SlowConsumer;
        if (policy != SlowConsumer.CatchUp && Access?.MayRead(missed) != false)
        {
            _backlog.IsSlow = true;
            _backlog.IsTooSlow |= policy == SlowConsumer.Disconnect;
        }
    }

    /// <summary>Handles a writable sink of a subscriber that is not live: the events that arrived meanwhile are missed. Shard thread only.</summary>
    internal void OnWritableAgain(EventLog log)
    {
        IsBlocked = false;
        _backlog.IsSlow |= _backlog.HasBeenLive && log.Topics.HaveSlowPolicies;
        ReduceBacklog(log.Tip);
    }

    /// <summary>Applies policies or requested conflation to the missed events up to an offset. Owner only.</summary>
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

    /// <summary>Removes the access from an identity if it covers everything that the stream requests; then no event needs a check.</summary>
    private StreamIdentity WithNeededAccess(StreamIdentity identity) => Needs(identity.Access, Filter, Request) ? identity : identity with { Access = null };

    /// <summary>Whether the events of a subscription must be checked: it requests more than the access covers.</summary>
    internal static bool Needs(ReadAccess? access, TopicFilter filter, SubscribeRequest request) =>
        access?.CoversAll(filter.Selectors, request.Types, EventFrames.HasTopics(request.Format)) == false;

    /// <summary>
    /// Whether the grants of a subscription could delay others: the shard matches them with each topic that the stream receives, and they are too many.
    /// </summary>
    internal static bool HasCostlyGrants(ReadAccess? access, TopicFilter filter, SubscribeRequest request) =>
        access?.Patterns.Count > MaxInlineGrants && Needs(access, filter, request);

    /// <summary>Passes the subscriber to its shard after the greeting.</summary>
    internal void HandOver() => _shard.Open(this);

    /// <summary>Returns the subscriber from a catch-up reader to its shard. The reader must not use it afterwards.</summary>
    internal void GiveBack() => _shard.Post(new ShardMessage(ShardMessageKind.CaughtUp, this));

    internal void Completed(CloseReason reason)
    {
        _patterns.Return(Charge);
        Request.Lease?.Dispose();

        // See Completion and Renew for the order of these steps.
        Interlocked.Exchange(ref _ended, (int)reason);
        _patterns.Return(Interlocked.Exchange(ref _grantCharge, null));
        Volatile.Read(ref _completion)?.TrySetResult(reason);
    }
}
