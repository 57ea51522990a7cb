using System.Buffers;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Notices that a shard writes to a stream besides events: heartbeats, the expiry of the token, the reason of the end. The shard first requests the
/// return of a subscriber that a reader has, and writes as soon as it owns the subscriber. Shard thread only.
/// </summary>
internal sealed class StreamNotices(EventLog log, LiveDelivery delivery, HeartbeatWheel wheel, Counters<HubCounter> counters)
{
    private readonly ArrayBufferWriter<byte> _scratch = new(256);
    private readonly HeartbeatFrames _heartbeats = new();

    /// <summary>
    /// Sends a heartbeat now, or when a reader returns the subscriber. A blocked client gets no heartbeat, because bytes are already waiting for it.
    /// </summary>
    public void Heartbeat(Subscriber subscriber)
    {
        if (!subscriber.Request.Streaming)
        {
            return;
        }

        subscriber.IsHeartbeatDue = subscriber.State == SubscriberState.CatchingUp;
        if (subscriber.IsHeartbeatDue)
        {
            subscriber.IsReturnRequested = true;
        }
        else if (!subscriber.IsBlocked)
        {
            counters.Add(HubCounter.Heartbeats);
            Send(subscriber, _heartbeats.Of(PositionOf(subscriber), subscriber.Request.Format));
        }
    }

    /// <summary>Sends the notices that became due while a reader had the subscriber.</summary>
    public void Returned(Subscriber subscriber)
    {
        if (subscriber.IsHeartbeatDue)
        {
            Heartbeat(subscriber);
        }
        else if (!subscriber.Request.Streaming && PositionOf(subscriber) is { } position)
        {
            subscriber.Sink.OnPosition(position, isLive: false);
        }
    }

    /// <summary>Sends the notice that the token expires.</summary>
    /// <returns>False if that is not possible at the moment.</returns>
    public bool TrySendExpiryNotice(Subscriber subscriber)
    {
        if (subscriber.State == SubscriberState.CatchingUp)
        {
            subscriber.IsReturnRequested = true;
            return false;
        }

        if (!subscriber.Request.Streaming || subscriber.IsBlocked || subscriber.Identity is not { Expiry: { } expiry } identity)
        {
            return false;
        }

        _scratch.ResetWrittenCount();
        ControlEvents.WriteTokenExpiring(_scratch, subscriber.Request.Format, expiry.ExpiresAt, identity.Connection);
        Send(subscriber, Chunk.Of(_scratch.WrittenSpan));
        return true;
    }

    /// <summary>Writes the reason of the end as the last bytes of a stream, if the client needs it. The subscriber must not be blocked.</summary>
    public void TellReason(Subscriber subscriber, CloseReason reason)
    {
        _scratch.ResetWrittenCount();
        switch (reason)
        {
            case CloseReason.Drain or CloseReason.Age:
                ControlEvents.WriteReconnect(_scratch, subscriber.Request.Format, reason, wheel.ReconnectMs(reason));
                break;
            case CloseReason.Completed:
                ControlEvents.WriteClosed(_scratch, subscriber.Request.Format, reason, new Position(log.Epoch, subscriber.SentThrough));
                break;
            case CloseReason.Slow or CloseReason.TokenExpired or CloseReason.Revoked or CloseReason.GrantsNarrowed or CloseReason.Ended:
                ControlEvents.WriteClosed(_scratch, subscriber.Request.Format, reason);
                break;
            default:
                return;
        }

        byte[] chunk = Chunk.Of(_scratch.WrittenSpan);
        subscriber.Sink.TrySend(new FrameBatch(chunk, [chunk.Length], isShared: true), out _);
    }

    private void Send(Subscriber subscriber, byte[] chunk) => delivery.Send(subscriber, new FrameBatch(chunk, [chunk.Length], isShared: true));

    /// <summary>
    /// Position of the stream; null before the first read for it, because a client that resumed there would start at a different event.
    /// </summary>
    private Position? PositionOf(Subscriber subscriber)
    {
        if (subscriber.State == SubscriberState.Live)
        {
            return delivery.Advance(subscriber);
        }

        if (subscriber.Backlog.IsStartPending || subscriber.SentThrough == 0)
        {
            return null;
        }

        // A client that resumes from this position must still receive the notice about the skipped events.
        long offset = subscriber.Backlog.SkippedAfter >= 0 ? Math.Min(subscriber.SentThrough, subscriber.Backlog.SkippedAfter) : subscriber.SentThrough;
        return new Position(log.Epoch, offset);
    }
}
