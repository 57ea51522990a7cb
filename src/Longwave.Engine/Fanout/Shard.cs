using Longwave.Engine.CatchUp;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Subscribers;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// A thread that owns its share of the subscribers: it adds them, lends them to catch-up readers, makes them live and ends them. Messages arrive
/// through a mailbox; events come from the hot tail (<see cref="LiveDelivery"/>).
/// </summary>
internal sealed class Shard : IDisposable
{
    private readonly bool _givesWay;
    private readonly CatchUpQueue _catchUp;
    private readonly LiveDelivery _delivery;
    private readonly PacedQueue _paced;
    private readonly TopicEnds _ends;
    private readonly EventLog _log;
    private readonly HeartbeatWheel _wheel;
    private readonly ExpiryWatch _expiry;
    private readonly SubscriberCounts _counts;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ShardInbox _inbox;
    private readonly StreamNotices _notices;
    private readonly Action<Subscriber> _heartbeat;
    private readonly Action<Subscriber> _release;
    private List<ShardMessage> _messages = [];

    public Shard(EventLog log, EngineOptions options, CatchUpReaders readers, SubscriberCounts counts, TimeProvider clock, ILogger logger, bool givesWay = false)
    {
        (_givesWay, IsUsed) = (givesWay, !givesWay);
        (_log, _counts, _clock, _logger) = (log, counts, clock, logger);
        _inbox = new ShardInbox(log);
        _catchUp = new CatchUpQueue(readers);
        _paced = new PacedQueue(clock, Wake);
        _delivery = new LiveDelivery(log, options.Limits, _inbox.Renewals, _paced, Counters, clock, logger);
        _ends = new TopicEnds(log, _delivery);
        _wheel = new HeartbeatWheel(options, clock);
        _notices = new StreamNotices(log, _delivery, _wheel, Counters);
        _expiry = new ExpiryWatch(clock, _notices.TrySendExpiryNotice);
        (_heartbeat, _release) = (_notices.Heartbeat, Release);
    }

    /// <summary>Whether there are more events to route or to send.</summary>
    public bool HasWork => _delivery.HasWork;

    /// <summary>Interval at which the owner must call <see cref="PostTick"/>.</summary>
    public TimeSpan TickInterval => _wheel.TickInterval;

    /// <summary>Counters of the shard. Its thread writes, any thread reads, as for <see cref="Closed"/>.</summary>
    public Counters<HubCounter> Counters { get; } = new();

    /// <summary>Streams of the shard by start.</summary>
    public Counters<StreamStart> Started { get; } = new();

    /// <summary>Ended streams of the shard by reason.</summary>
    public Counters<CloseReason> Closed { get; } = new();

    /// <summary>Number of events in the hot tail that the shard has not routed yet. For any thread.</summary>
    public long UnroutedEvents => _delivery.UnroutedEvents;

    /// <summary>Inbox for messages of other threads, mainly from subscribers.</summary>
    public ShardInbox Inbox => _inbox;

    public void Post(ShardMessage message) => _inbox.Post(message);

    /// <summary>Posts a tick. Called by a timer.</summary>
    public void PostTick() => _wheel.PostTick(_inbox);

    /// <summary>Whether the shard ever had a subscriber, so that new events must wake it. Set it before the first message of a subscriber.</summary>
    public bool IsUsed { get; set; }

    /// <summary>Wakes the shard because the hot tail has new events.</summary>
    public void Wake() => _inbox.Wake();

    /// <summary>Ends <see cref="Run"/>.</summary>
    public void Close() => _inbox.Close();

    /// <summary>The loop of the shard's thread.</summary>
    public void Run()
    {
        while (Turn(wait: true))
        {
            if (HasWork)
            {
                _inbox.GiveWay(rest: _givesWay ? _delivery.TurnTime : TimeSpan.Zero);
            }
        }

        // The remaining subscribers would otherwise wait permanently for this thread.
        foreach (Subscriber subscriber in _wheel.Where(static subscriber => subscriber.State != SubscriberState.Closed))
        {
            subscriber.Close(CloseReason.Drain);
            Finish(subscriber);
        }
    }

    /// <summary>Ends all streams after the loop failed. Shard thread only; returns when the shard is closed.</summary>
    public void EndAll() => new FailedShard(_inbox, _wheel, Complete).Run(_messages);

    /// <summary>Releases the timer. Call after the thread has ended.</summary>
    public void Dispose() => _paced.Dispose();

    /// <summary>Handles messages, routes new events and sends them. Returns false when the shard is closed.</summary>
    /// <param name="wait">Whether to sleep until there is work.</param>
    public bool Turn(bool wait)
    {
        bool open = _inbox.Take(ref _messages, wait && !HasWork);
        foreach (ShardMessage message in _messages)
        {
            Handle(message);
        }

        _messages.Clear();

        // Before the sends of this turn, so that catch-up readers work in parallel.
        _catchUp.LendNext();
        // 5. Route the new events of the hot tail. 6. Deliver them.
        bool routed = _delivery.RouteTail();
        _delivery.Flush();
        _ends.Run();
        if (!routed)
        {
            foreach (Subscriber subscriber in _wheel.Where(static subscriber => subscriber.State == SubscriberState.Live))
            {
                // A subscriber without missed events has received all routed events, but its own position covers only the matching ones.
                _delivery.Advance(subscriber);
                SendBack(subscriber);
            }
        }

        _paced.Release(_release);
        _catchUp.LendNext();
        return open;
    }

    /// <summary>Sends the waiting events of a paced subscriber that is due. A blocked one continues when its sink is writable.</summary>
    private void Release(Subscriber subscriber)
    {
        if (!subscriber.IsBlocked)
        {
            Resume(subscriber);
            _ends.Check(subscriber);
        }
    }

    private void Handle(ShardMessage message)
    {
        switch (message.Kind)
        {
            case ShardMessageKind.Opened:
                OnOpened(message.Subscriber!);
                break;
            case ShardMessageKind.Writable:
                OnWritable(message.Subscriber!);
                break;
            case ShardMessageKind.CaughtUp:
                OnCaughtUp(message.Subscriber!);
                break;
            case ShardMessageKind.Closing when message.Subscriber!.State is SubscriberState.Waiting or SubscriberState.Queued or SubscriberState.Live:
                Finish(message.Subscriber);
                break;
            case ShardMessageKind.Renewed:
                OnRenewed(message.Subscriber!);
                break;
            case ShardMessageKind.Tick:
                _wheel.Tick(_heartbeat);
                _expiry.Tick();
                break;
            case ShardMessageKind.Drain:
                _wheel.Drain();
                break;
            default:
                // A closing subscriber that is opening or lent arrives by a later message; a closed one needs no handling.
                break;
        }
    }

    private void OnRenewed(Subscriber subscriber)
    {
        Counters.Add(HubCounter.Renewals);
        _delivery.Rounds.EndRenewal(subscriber);
        if (subscriber.State is not (SubscriberState.Opening or SubscriberState.Closed))
        {
            _expiry.Set(subscriber);
        }
    }

    private void OnOpened(Subscriber subscriber)
    {
        Started.Add(subscriber.Start);
        subscriber.State = SubscriberState.Waiting;
        subscriber.BlockedSince = _clock.GetTimestamp();
        TakeEarlySignal(subscriber);
        if (subscriber.Backlog.NeedsReader)
        {
            subscriber.ReduceBacklog(_log.Tip);
        }

        _wheel.Add(subscriber);
        _expiry.Set(subscriber);
        Proceed(subscriber);
    }

    private void OnWritable(Subscriber subscriber)
    {
        // The owner may be about to mark the sink as blocked, so the shard keeps the signal until it owns the subscriber.
        if (subscriber.State is SubscriberState.CatchingUp or SubscriberState.Opening)
        {
            subscriber.SignalledEarly = true;
            return;
        }

        switch (subscriber.State)
        {
            case SubscriberState.Waiting:
                subscriber.OnWritableAgain(_log);
                Proceed(subscriber);
                break;
            case SubscriberState.Queued:
                subscriber.OnWritableAgain(_log);
                break;
            default:
                subscriber.IsBlocked = false;
                ResumeLive(subscriber);
                _ends.Check(subscriber);
                break;
        }
    }

    private void ResumeLive(Subscriber subscriber)
    {
        if (subscriber.State == SubscriberState.Closed)
        {
            return;
        }

        if (subscriber.Backlog.MissedFrom < 0)
        {
            subscriber.Backlog.IsSlow = false;
        }
        else if (subscriber.DeliveryInterval is not null && !subscriber.Backlog.IsTooSlow)
        {
            _paced.Add(subscriber);
        }
        else
        {
            Resume(subscriber);
        }
    }

    /// <summary>Sends missed events to a live subscriber, from the hot tail or through a catch-up reader.</summary>
    private void Resume(Subscriber subscriber)
    {
        bool resumed = subscriber.Backlog.IsTooSlow || _delivery.TryResume(subscriber);
        if (subscriber.Backlog.IsTooSlow && !subscriber.IsBlocked)
        {
            subscriber.Close(CloseReason.Slow);
            Finish(subscriber);
        }
        else if (!resumed)
        {
            SendBack(subscriber);
        }
    }

    private void OnCaughtUp(Subscriber subscriber)
    {
        _catchUp.Returned();
        subscriber.State = SubscriberState.Waiting;
        subscriber.BlockedSince = _clock.GetTimestamp();
        TakeEarlySignal(subscriber);

        // A blocked subscriber continues when its sink is writable; until then the hub keeps only its position.
        subscriber.Backlog.NeedsReader |= subscriber.IsBlocked || subscriber.Backlog.IsReduced(subscriber.SentThrough);
        _notices.Returned(subscriber);
        _expiry.Returned(subscriber);
        Proceed(subscriber);
    }

    private void TakeEarlySignal(Subscriber subscriber)
    {
        if (subscriber.SignalledEarly)
        {
            subscriber.SignalledEarly = false;
            subscriber.OnWritableAgain(_log);
        }
    }

    /// <summary>
    /// Moves a waiting subscriber to its next state: closed, queued for a catch-up reader, or live. A blocked one waits until its sink is writable.
    /// </summary>
    private void Proceed(Subscriber subscriber)
    {
        if (subscriber.Backlog.IsTooSlow && !subscriber.IsBlocked)
        {
            subscriber.Close(CloseReason.Slow);
        }

        if (subscriber.Closing is not null)
        {
            Finish(subscriber);
        }
        else if (!subscriber.IsBlocked)
        {
            ReadOrJoin(subscriber);
        }
    }

    private void ReadOrJoin(Subscriber subscriber)
    {
        if (subscriber.Backlog.NeedsReader || !_delivery.TryJoin(subscriber))
        {
            // 7. A catch-up thread reads storage for it.
            _catchUp.Add(subscriber);
        }
        else if (!_delivery.TryResume(subscriber))
        {
            SendBack(subscriber);
        }
        else if (_delivery.IsCurrent(subscriber))
        {
            OnLive(subscriber);
        }
    }

    private void OnLive(Subscriber subscriber)
    {
        subscriber.Sink.OnPosition(_delivery.PositionOf(subscriber), isLive: true);
        if (subscriber.Request.EndWhenLive)
        {
            subscriber.Close(CloseReason.Finished);
        }

        _ends.Check(subscriber);
    }

    /// <summary>Moves a live subscriber to catch-up, because the hot tail no longer has the events that it missed.</summary>
    private void SendBack(Subscriber subscriber)
    {
        subscriber.Backlog.MissedFrom = -1;
        _delivery.Leave(subscriber);
        subscriber.Backlog.NeedsReader = true;
        Proceed(subscriber);
    }

    private void Finish(Subscriber subscriber)
    {
        CloseReason reason = subscriber.Closing!.Value;
        if (subscriber.State == SubscriberState.Live)
        {
            if (reason is not (CloseReason.ClientGone or CloseReason.Stalled or CloseReason.Error))
            {
                _delivery.Rounds.Hurry(subscriber);
            }

            _delivery.Leave(subscriber);
        }

        _catchUp.Remove(subscriber);
        _wheel.Remove(subscriber);
        _expiry.Remove(subscriber);
        Complete(subscriber);
    }

    private void Complete(Subscriber subscriber)
    {
        CloseReason reason = subscriber.Closing!.Value;
        subscriber.State = SubscriberState.Closed;
        try
        {
            if (subscriber.Request.Streaming && !subscriber.IsBlocked)
            {
                _notices.TellReason(subscriber, reason);
            }

            subscriber.Sink.Complete(reason);
        }
        catch (Exception failed)
        {
            SubscriberLog.DeliveryFailed(_logger, subscriber.Id, failed);
        }

        Closed.Add(reason);
        _counts.Closed();
        subscriber.Completed(reason);
    }
}
