using System.Buffers;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Delivers to its part of the subscribers. One thread owns all of it, so nothing in it is locked; it reads the hot tail from a place of
/// its own and writes each event to the subscribers of its topic, then flushes each of them once.
/// </summary>
/// <remarks>
/// A subscriber has no queue. One that can't take more remembers which event it missed first, and reads the log from there when its
/// sink is writable: from the hot tail when that is near, else through a catch-up reader.
/// </remarks>
internal sealed class Shard
{
    private readonly EventLog _log;
    private readonly HubLimits _limits;
    private readonly CatchUpReaders _readers;
    private readonly ShardTimer _timer;
    private readonly SubscriberCounts _counts;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Mailbox<ShardMessage> _mailbox = new();
    private readonly TopicRoutes _routes = new();
    private readonly List<Subscriber> _dirty = [];
    private readonly ArrayBufferWriter<byte> _scratch = new(256);
    private List<ShardMessage> _messages = [];
    private long _next;
    private long _routedThrough;
    private int _live;

    public Shard(EventLog log, EngineOptions options, CatchUpReaders readers, SubscriberCounts counts, TimeProvider clock, ILogger logger)
    {
        (_log, _limits, _readers, _counts, _clock, _logger) = (log, options.Limits, readers, counts, clock, logger);
        _timer = new ShardTimer(options, clock);
        (_next, _routedThrough) = (log.Tail.End, log.Tip);
    }

    /// <summary>Time between two ticks that it wants to be posted.</summary>
    public TimeSpan TickInterval => _timer.TickInterval;

    public void Post(ShardMessage message) => _mailbox.Post(message);

    /// <summary>There are new events in the hot tail.</summary>
    public void Wake() => _mailbox.Wake();

    /// <summary>Ends <see cref="Run"/>.</summary>
    public void Close() => _mailbox.Close();

    /// <summary>The shard's thread.</summary>
    public void Run()
    {
        while (Turn(wait: true))
        {
        }

        // Whoever is still here would wait for ever.
        foreach (Subscriber subscriber in _timer.Where(static subscriber => subscriber.State != SubscriberState.Closed))
        {
            subscriber.Close(CloseReason.Drain);
            Finish(subscriber);
        }
    }

    /// <summary>Takes its messages, routes what is new, flushes. False when the shard is closed.</summary>
    /// <param name="wait">Sleep until there is something to do.</param>
    public bool Turn(bool wait)
    {
        bool open = _mailbox.Take(ref _messages, wait && _next == _log.Tail.End);
        foreach (ShardMessage message in _messages)
        {
            Handle(message);
        }

        _messages.Clear();
        RouteTail();
        FlushDirty();
        return open;
    }

    private void Handle(ShardMessage message)
    {
        switch (message.Kind)
        {
            case ShardMessageKind.Opened:
                _timer.Add(message.Subscriber!);
                Proceed(message.Subscriber!);
                break;
            case ShardMessageKind.Writable:
                OnWritable(message.Subscriber!);
                break;
            case ShardMessageKind.CaughtUp:
                OnCaughtUp(message.Subscriber!);
                break;
            case ShardMessageKind.Closing when message.Subscriber!.State is SubscriberState.Waiting or SubscriberState.Live:
                Finish(message.Subscriber);
                break;
            case ShardMessageKind.Tick:
                _timer.Tick(Heartbeat);
                break;
            case ShardMessageKind.Drain:
                _timer.Drain();
                break;
            default:
                // A closing subscriber that is lent comes back by itself; one that is closed needs nothing.
                break;
        }
    }

    private void OnWritable(Subscriber subscriber)
    {
        if (subscriber.State == SubscriberState.CatchingUp)
        {
            subscriber.SignalledEarly = true;
            return;
        }

        subscriber.IsBlocked = false;
        if (subscriber.State == SubscriberState.Waiting)
        {
            Proceed(subscriber);
        }
        else if (subscriber.State == SubscriberState.Live && subscriber.MissedSequence >= 0)
        {
            Resume(subscriber);
        }
    }

    private void OnCaughtUp(Subscriber subscriber)
    {
        subscriber.State = SubscriberState.Waiting;
        if (subscriber.SignalledEarly)
        {
            (subscriber.SignalledEarly, subscriber.IsBlocked) = (false, false);
        }

        // A blocked one is asked again when it is writable; until then its cursor is all that there is of it.
        subscriber.NeedsCatchUp = subscriber.IsBlocked;
        Proceed(subscriber);
    }

    /// <summary>Brings a waiting subscriber on: to its end, to a catch-up reader, or to the live edge.</summary>
    private void Proceed(Subscriber subscriber)
    {
        if (subscriber.Closing is not null)
        {
            Finish(subscriber);
        }
        else if (subscriber.IsBlocked)
        {
            subscriber.BlockedSince = _clock.GetTimestamp();
        }
        else if (subscriber.NeedsCatchUp || !TryJoin(subscriber))
        {
            Lend(subscriber);
        }
    }

    private void Lend(Subscriber subscriber)
    {
        subscriber.State = SubscriberState.CatchingUp;
        _readers.Lend(subscriber);
    }

    /// <summary>
    /// The seam: gives the subscriber the events between its cursor and the shard's place, then makes it live, all on the shard's own turn.
    /// Events after the shard's place that a catch-up reader gave it already are recognised by its cursor. False when too many lie between.
    /// </summary>
    private bool TryJoin(Subscriber subscriber)
    {
        long sequence = _log.Tail.Find(subscriber.Cursor);
        if (sequence < 0 || _next - sequence > _limits.JoinScanEvents)
        {
            return false;
        }

        subscriber.State = SubscriberState.Live;
        subscriber.Matches = null;
        _routes.Add(subscriber);
        _live++;
        subscriber.MissedSequence = sequence < _next ? sequence : -1;
        if (subscriber.MissedSequence >= 0)
        {
            Resume(subscriber);
        }

        if (subscriber.State == SubscriberState.Live && subscriber.MissedSequence < 0)
        {
            subscriber.Sink.OnLive(new Position(_log.Epoch, Math.Max(_routedThrough, subscriber.Cursor)));
            if (subscriber.Request.EndWhenLive)
            {
                subscriber.Close(CloseReason.Finished);
            }
        }

        return true;
    }

    /// <summary>Gives a live subscriber what it missed since <see cref="Subscriber.MissedSequence"/>.</summary>
    private void Resume(Subscriber subscriber)
    {
        long sequence = subscriber.MissedSequence;
        subscriber.MissedSequence = -1;
        bool near = _next - sequence <= _limits.JoinScanEvents;
        for (; near && sequence < _next && subscriber.MissedSequence < 0; sequence++)
        {
            TailEvent? missed = _log.Tail[sequence];
            near = missed is not null;
            if (missed is not null && IsMatch(subscriber, missed))
            {
                Deliver(subscriber, missed);
            }
        }

        if (!near)
        {
            LeaveLive(subscriber);
            subscriber.NeedsCatchUp = true;
            Proceed(subscriber);
        }
    }

    private static bool IsMatch(Subscriber subscriber, TailEvent found)
    {
        if (subscriber.Filter.Matches(found.Topic.Name))
        {
            return true;
        }

        foreach (Topics.Topic alternate in found.Alternates)
        {
            if (subscriber.Filter.Matches(alternate.Name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Routes what came since the last turn, up to a bound, so that messages and flushes get their turn too.</summary>
    private void RouteTail()
    {
        long end = _log.Tail.End;
        if (_live == 0)
        {
            // Nobody to deliver to. The tip is read first: what comes between the two reads is routed later, to nobody, or to its joiners.
            (_routedThrough, _next) = (_log.Tail[end - 1]?.Offset ?? _routedThrough, end);
            return;
        }

        end = Math.Min(end, _next + _limits.ShardTurnEvents);
        for (; _next < end; _next++)
        {
            if (_log.Tail[_next] is not { } added)
            {
                Overtaken();
                return;
            }

            Route(added);
            _routedThrough = added.Offset;
        }
    }

    private void Route(TailEvent added)
    {
        Route(added.Topic.Name, added);
        foreach (Topics.Topic alternate in added.Alternates)
        {
            Route(alternate.Name, added);
        }

        Route(_routes.Any, added);
    }

    private void Route(string topic, TailEvent added)
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

    private void Route(RouteNode node, TailEvent added)
    {
        for (int i = 0; i < node.Count; i++)
        {
            Deliver(node[i], added);
        }
    }

    private void Deliver(Subscriber subscriber, TailEvent added)
    {
        if (added.Offset <= subscriber.Cursor || !TypeFilter.Matches(subscriber.Request.Types, added.Event.Type))
        {
            return;
        }

        if (subscriber.IsBlocked)
        {
            if (subscriber.MissedSequence < 0)
            {
                subscriber.MissedSequence = added.Sequence;
                subscriber.Cursor = added.Offset - 1;
            }

            return;
        }

        subscriber.Cursor = added.Offset;
        Write(subscriber, added.Frame(subscriber.Request.Format));
    }

    private void Write(Subscriber subscriber, ReadOnlySpan<byte> bytes)
    {
        try
        {
            subscriber.Sink.Write(bytes);
        }
        catch (Exception failed)
        {
            Failed(subscriber, failed);
            return;
        }

        subscriber.Unflushed += bytes.Length;
        if (!subscriber.IsDirty)
        {
            subscriber.IsDirty = true;
            _dirty.Add(subscriber);
        }

        if (subscriber.Unflushed >= _limits.MaxUnflushedBytes)
        {
            Flush(subscriber);
        }
    }

    private void FlushDirty()
    {
        foreach (Subscriber subscriber in _dirty)
        {
            if (subscriber.Unflushed > 0 && subscriber.State == SubscriberState.Live)
            {
                Flush(subscriber);
            }

            subscriber.IsDirty = false;
        }

        _dirty.Clear();
    }

    private void Flush(Subscriber subscriber)
    {
        subscriber.Unflushed = 0;
        try
        {
            if (!subscriber.Sink.TryFlush())
            {
                subscriber.IsBlocked = true;
                subscriber.BlockedSince = _clock.GetTimestamp();
            }
        }
        catch (Exception failed)
        {
            Failed(subscriber, failed);
        }
    }

    /// <summary>One broken sink must not take the shard's other subscribers with it.</summary>
    private void Failed(Subscriber subscriber, Exception failed)
    {
        subscriber.IsBlocked = true;
        if (subscriber.Closing is null)
        {
            SubscriberLog.DeliveryFailed(_logger, subscriber.Id, failed);
            subscriber.Close(CloseReason.Error);
        }
    }

    /// <summary>Events left the hot tail before this shard came to them: whoever is live reads them from storage.</summary>
    private void Overtaken()
    {
        _next = _log.Tail.First;
        _routedThrough = Math.Max(_routedThrough, _log.Tail.Base);
        foreach (Subscriber subscriber in _timer.Where(static subscriber => subscriber.State == SubscriberState.Live))
        {
            LeaveLive(subscriber);
            subscriber.NeedsCatchUp = true;
            Proceed(subscriber);
        }
    }

    private void LeaveLive(Subscriber subscriber)
    {
        _routes.Remove(subscriber);
        _live--;
        subscriber.State = SubscriberState.Waiting;
        if (subscriber.Unflushed > 0 && !subscriber.IsBlocked)
        {
            Flush(subscriber);
        }
    }

    private void Heartbeat(Subscriber subscriber)
    {
        if (subscriber.State == SubscriberState.Live && subscriber.Request.Streaming && !subscriber.IsBlocked)
        {
            _scratch.ResetWrittenCount();
            EventFrames.WriteTip(_scratch, subscriber.Request.Format, new Position(_log.Epoch, Math.Max(_routedThrough, subscriber.Cursor)));
            Write(subscriber, _scratch.WrittenSpan);
        }
    }

    private void Finish(Subscriber subscriber)
    {
        CloseReason reason = subscriber.Closing!.Value;
        if (subscriber.State == SubscriberState.Live)
        {
            LeaveLive(subscriber);
        }

        _timer.Remove(subscriber);
        subscriber.State = SubscriberState.Closed;
        try
        {
            if (reason is CloseReason.Drain or CloseReason.Age && subscriber.Request.Streaming && !subscriber.IsBlocked)
            {
                _scratch.ResetWrittenCount();
                ControlEvents.WriteReconnect(_scratch, subscriber.Request.Format, reason, _timer.ReconnectMs(reason));
                subscriber.Sink.Write(_scratch.WrittenSpan);
                subscriber.Sink.TryFlush();
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
