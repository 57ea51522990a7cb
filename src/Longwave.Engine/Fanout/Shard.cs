using Longwave.Engine.CatchUp;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Owns its part of the subscribers, on one thread: takes them in, lends them to catch-up readers, makes them live, ends them. What it is
/// told comes through a mailbox; what it delivers comes from the hot tail (<see cref="LiveDelivery"/>).
/// </summary>
internal sealed class Shard : IDisposable
{
    /// <summary>Paced subscribers that get what waits for them in one turn; the others get theirs in the next.</summary>
    private const int ReleasesPerTurn = 256;

    private readonly CatchUpQueue _catchUp;
    private readonly LiveDelivery _delivery;
    private readonly DueList _due;
    private readonly EventLog _log;
    private readonly ShardTimer _timer;
    private readonly ExpiryWatch _expiry;
    private readonly SubscriberCounts _counts;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ShardInbox _inbox;
    private readonly StreamNotices _notices;
    private readonly Action<Subscriber> _heartbeat;
    private List<ShardMessage> _messages = [];

    public Shard(EventLog log, EngineOptions options, CatchUpReaders readers, SubscriberCounts counts, TimeProvider clock, ILogger logger)
    {
        (_log, _counts, _clock, _logger) = (log, counts, clock, logger);
        _inbox = new ShardInbox(log);
        _catchUp = new CatchUpQueue(readers);
        _due = new DueList(clock, Wake);
        _delivery = new LiveDelivery(log, options.Limits, _inbox.Renewals, _due, clock, logger);
        _timer = new ShardTimer(options, clock);
        _notices = new StreamNotices(log, _delivery, _timer);
        _expiry = new ExpiryWatch(clock, _notices.TryTellOfExpiry);
        _heartbeat = _notices.Heartbeat;
    }

    /// <summary>There is more to route or to send.</summary>
    public bool HasWork => _delivery.HasWork;

    /// <summary>Time between two ticks that it wants to be posted.</summary>
    public TimeSpan TickInterval => _timer.TickInterval;

    /// <summary>Where other threads, subscribers above all, leave messages.</summary>
    public ShardInbox Inbox => _inbox;

    public void Post(ShardMessage message) => _inbox.Post(message);

    /// <summary>Time has passed. From the clock's timer.</summary>
    public void PostTick() => _timer.PostTick(_inbox);

    /// <summary>There are new events in the hot tail.</summary>
    public void Wake() => _inbox.Wake();

    /// <summary>Ends <see cref="Run"/>.</summary>
    public void Close() => _inbox.Close();

    /// <summary>The shard's thread.</summary>
    public void Run()
    {
        while (Turn(wait: true))
        {
            if (HasWork)
            {
                // Where cores are few, publishers come between two turns: the scheduler alone would let them wait for milliseconds at each of
                // the threads that a request goes through, and the next events with them.
                Thread.Yield();
            }
        }

        // Whoever is still here would wait for ever.
        foreach (Subscriber subscriber in _timer.Where(static subscriber => subscriber.State != SubscriberState.Closed))
        {
            subscriber.Close(CloseReason.Drain);
            Finish(subscriber);
        }
    }

    /// <summary>After the thread has ended.</summary>
    public void Dispose() => _due.Dispose();

    /// <summary>Takes its messages, routes what is new, flushes. False when the shard is closed.</summary>
    /// <param name="wait">Sleep until there is something to do.</param>
    public bool Turn(bool wait)
    {
        bool open = _inbox.Take(ref _messages, wait && !HasWork);
        foreach (ShardMessage message in _messages)
        {
            Handle(message);
        }

        _messages.Clear();

        // Before the sends of this turn: readers have work meanwhile.
        _catchUp.LendNext();
        bool routed = _delivery.RouteTail();
        _delivery.Flush();
        if (!routed)
        {
            foreach (Subscriber subscriber in _timer.Where(static subscriber => subscriber.State == SubscriberState.Live))
            {
                // One that missed nothing has all that was routed; its cursor only knows of what matched.
                _delivery.Advance(subscriber);
                SendBack(subscriber);
            }
        }

        ReleaseDue();
        _catchUp.LendNext();
        return open;
    }

    /// <summary>What waited for paced subscribers leaves.</summary>
    private void ReleaseDue()
    {
        if (_due.IsEmpty)
        {
            return;
        }

        long now = _clock.GetTimestamp();
        for (int released = 0; released < ReleasesPerTurn && _due.TryTake(now, out Subscriber? subscriber); released++)
        {
            // A blocked one goes on when it is writable.
            if (!subscriber.IsBlocked)
            {
                Resume(subscriber);
            }
        }

        _due.Arm(now);
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
                _timer.Tick(_heartbeat);
                _expiry.Tick();
                break;
            case ShardMessageKind.Drain:
                _timer.Drain();
                break;
            default:
                // A closing subscriber that is opening or lent comes by itself; one that is closed needs nothing.
                break;
        }
    }

    private void OnRenewed(Subscriber subscriber)
    {
        _delivery.Sweeps.EndRenewal(subscriber);
        if (subscriber.State is not (SubscriberState.Opening or SubscriberState.Closed))
        {
            _expiry.Set(subscriber);
        }
    }

    private void OnOpened(Subscriber subscriber)
    {
        subscriber.State = SubscriberState.Waiting;
        subscriber.BlockedSince = _clock.GetTimestamp();
        TakeEarlySignal(subscriber);
        if (subscriber.Backlog.NeedsReader)
        {
            subscriber.ReduceBacklog(_log.Tip);
        }

        _timer.Add(subscriber);
        _expiry.Set(subscriber);
        Proceed(subscriber);
    }

    private void OnWritable(Subscriber subscriber)
    {
        // The owner may still be about to note that the sink is blocked: the signal is kept until it is ours.
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
        else if (subscriber.Pace is not null && !subscriber.Backlog.IsTooSlow)
        {
            _due.Add(subscriber);
        }
        else
        {
            Resume(subscriber);
        }
    }

    /// <summary>Gives a live subscriber what it missed, from the hot tail or through a catch-up reader.</summary>
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

        // A blocked one reads on when it is writable; until then its cursor is all that there is of it.
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

    /// <summary>Takes a waiting subscriber further: to its end, to a catch-up reader, or to the live edge. A blocked one waits until it is writable.</summary>
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
    }

    /// <summary>A live subscriber can't be served from the hot tail any more: it reads the log from its cursor.</summary>
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
                _delivery.Sweeps.Hurry(subscriber);
            }

            _delivery.Leave(subscriber);
        }

        _catchUp.Remove(subscriber);
        _timer.Remove(subscriber);
        _expiry.Remove(subscriber);
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

        _counts.Closed(reason);
        subscriber.Completed(reason);
    }
}
