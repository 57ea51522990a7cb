using Longwave.Engine.Access;
using Longwave.Engine.Fanout;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// One open stream: a filter, a cursor and a sink. It is owned by its shard, or lent to a catch-up reader; only the owner touches the
/// state and the sink.
/// </summary>
public sealed class Subscriber
{
    private readonly Shard _shard;
    private readonly PatternCounts _patterns;
    private readonly int[]? _places;
    private EventChain _pending;
    private volatile bool _isAskedBack;
    private TaskCompletionSource<CloseReason>? _completion;
    private int _closing = -1;
    private int _ended = -1;

    // One reference: everything that a renewal changes is replaced at once, and the last of two renewals wins as a whole.
    private StreamIdentity? _identity;

    internal Subscriber(long id, SubscribeRequest request, TopicFilter filter, ISink sink, Shard shard, PatternCounts patterns)
    {
        (Id, Request, Filter, Sink, _shard, _patterns) = (id, request, filter, sink, shard, patterns);
        _places = filter.Selectors.Count > 1 ? new int[filter.Selectors.Count] : null;
        Pace = request.MaxRate > 0 ? new Pace(TimeSpan.FromSeconds(1 / request.MaxRate)) : null;
        _identity = request.Identity is { } identity ? WithNeededAccess(identity) : null;
    }

    /// <summary>Number of the stream, unique while the hub runs.</summary>
    public long Id { get; }

    /// <summary>Completes when the stream is over and no thread touches its sink any more.</summary>
    /// <remarks>Made on first need: no task waits for the end of a parked stream, and there are many of them.</remarks>
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

    /// <summary>Why it is to end, or null while nobody wants it to.</summary>
    internal CloseReason? Closing => Volatile.Read(ref _closing) is >= 0 and int reason ? (CloseReason)reason : null;

    /// <summary>Who holds it.</summary>
    public StreamIdentity? Identity => Volatile.Read(ref _identity);

    /// <summary>Which events reach it; null when nothing that it asked for is kept from it.</summary>
    internal ReadAccess? Access => Identity?.Access;

    internal SubscribeRequest Request { get; }

    internal TopicFilter Filter { get; }

    internal ISink Sink { get; }

    /// <summary>It gets every event of its only selector at once, so that it can share what is sent with others like it.</summary>
    internal bool IsPlain => _places is null && Request.Types.Count == 0 && Pace is null;

    /// <summary>The route node that it is a plain member of; null while it is none. Of the shard.</summary>
    internal RouteNode? Route { get; set; }

    /// <summary>Its place in its route node, if it has one selector. Of the shard.</summary>
    internal int RoutePlace { get; set; } = -1;

    /// <summary>What this turn brings for it alone. Of the shard.</summary>
    internal ref EventChain Pending => ref _pending;

    internal SubscriberState State { get; set; }

    /// <summary>Every matching event up to this offset was written, or the client was told that it is gone.</summary>
    internal long Cursor { get; set; }

    /// <summary>Removals up to this offset are known to the client, or of no interest to it.</summary>
    internal long LossKnownThrough { get; set; }

    /// <summary>Its place among those that wait for a catch-up reader; null while it is not there. Shard thread only.</summary>
    internal LinkedListNode<Subscriber>? CatchUpTurn { get; set; }

    /// <summary>The shard wants it back from its reader after the current page. The shard writes it, the reader reads it.</summary>
    internal bool IsAskedBack { get => _isAskedBack; set => _isAskedBack = value; }

    /// <summary>A heartbeat was due while a reader had it. Shard thread only.</summary>
    internal bool OwesHeartbeat { get; set; }

    /// <summary>It must read the log through a catch-up reader before it can go live.</summary>
    internal bool NeedsCatchUp { get; set; }

    /// <summary>The time that it asked to begin at, until a catch-up reader has found the place.</summary>
    internal long? StartTimeUnixMs { get; set; }

    /// <summary>The topics it looks for in storage; null while it does not read storage.</summary>
    internal TopicMatches? Matches { get; set; }

    /// <summary>The sink has bytes that did not leave yet; nothing is written until it says that it takes more.</summary>
    internal bool IsBlocked { get; set; }

    /// <summary>Since when, as a timestamp of the clock.</summary>
    internal long BlockedSince { get; set; }

    /// <summary>The sink said it takes more before the shard knew that it was blocked.</summary>
    internal bool SignalledEarly { get; set; }

    /// <summary>Sequence in the hot tail of the first live event that it could not take; -1 while it keeps up.</summary>
    internal long MissedSequence { get; set; } = -1;

    /// <summary>When it may be written to, if not at once. Of the shard.</summary>
    internal Pace? Pace { get; }

    /// <summary>It has been live: what it falls behind by from then on is its own slowness, not the replay that it asked for.</summary>
    internal bool HasBeenLive { get; set; }

    /// <summary>It was blocked while events came for which the policy of their topic has more than catching up.</summary>
    internal bool IsSlow { get; set; }

    /// <summary>One of those ends its stream.</summary>
    internal bool IsTooSlow { get; set; }

    /// <summary>Not every event up to this offset is for it: <see cref="MissedEvents"/> says which are.</summary>
    internal long MissedThrough { get; set; }

    /// <summary>Events after this offset were skipped and it was not told yet; -1 when it was.</summary>
    internal long SkippedAfter { get; set; } = -1;

    /// <summary>The newest event that was skipped for it.</summary>
    internal long SkippedThrough { get; set; }

    /// <summary>Its place in its bucket of the shard's timer wheel; -1 while it is not there.</summary>
    internal int WheelPlace { get; set; } = -1;

    /// <summary>Timestamp at which it is asked to reconnect; <see cref="long.MaxValue"/> for never.</summary>
    internal long LeaveAt { get; set; } = long.MaxValue;

    /// <summary>Why it is asked to reconnect then.</summary>
    internal CloseReason LeaveReason { get; set; }

    /// <summary>Its place among those whose token expires; -1 while it is not there.</summary>
    internal int DeadlinePlace { get; set; } = -1;

    /// <summary>When the expiry of its token has to be looked at, in milliseconds since the Unix epoch.</summary>
    internal long DeadlineUnixMs { get; set; }

    /// <summary>Its client knows that the token expires.</summary>
    internal bool IsToldOfExpiry { get; set; }

    /// <summary>Goes on under another identity. An event that is published after this returns is delivered only if that identity may read it. From any thread.</summary>
    /// <returns>False when the stream is ending already.</returns>
    public bool TryRenew(StreamIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        StreamIdentity renewed = WithNeededAccess(identity);

        // The shard keeps the access beside the subscriber's route (RouteMember). The count goes up before the access changes, and the shard
        // reads the count after it has routed the events of a turn: an event that is routed after the change is not sent before the message
        // below has updated the route. The interlocked increment orders the two for every other reader, which reads Access itself.
        _shard.BeginRenewal();

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

    /// <summary>Its place in the route node of one of its selectors. Of the shard.</summary>
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

    /// <summary>Without its access when that covers everything that the stream asked for: no event has to be checked then.</summary>
    private StreamIdentity WithNeededAccess(StreamIdentity identity) =>
        identity.Access?.CoversAll(Filter.Selectors, Request.Types) == true ? identity with { Access = null } : identity;

    internal void AskBack() => IsAskedBack = true;

    internal void HandOver() => _shard.Open(this);

    internal void CaughtUp() => _shard.Post(new ShardMessage(ShardMessageKind.CaughtUp, this));

    internal void Completed(CloseReason reason)
    {
        _patterns.Remove(Filter.Selectors);
        Request.Place?.Dispose();

        // See Completion for the order of these two.
        Interlocked.Exchange(ref _ended, (int)reason);
        Volatile.Read(ref _completion)?.TrySetResult(reason);
    }
}
