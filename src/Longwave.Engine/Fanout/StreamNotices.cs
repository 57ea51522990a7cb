using System.Buffers;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Fanout;

/// <summary>
/// What a shard writes to a stream besides events: heartbeats, the notice that a token expires, the reason of the end. A subscriber that
/// is lent to a reader is asked back first; the shard writes as soon as it has it again. Shard thread only.
/// </summary>
internal sealed class StreamNotices(EventLog log, LiveDelivery delivery, ShardTimer timer)
{
    private readonly ArrayBufferWriter<byte> _scratch = new(256);
    private readonly HeartbeatFrames _heartbeats = new();

    /// <summary>Sends a heartbeat now, or when the subscriber is back. A blocked client has bytes on their way: it gets none.</summary>
    public void Heartbeat(Subscriber subscriber)
    {
        if (!subscriber.Request.Streaming)
        {
            return;
        }

        subscriber.OwesHeartbeat = subscriber.State == SubscriberState.CatchingUp;
        if (subscriber.OwesHeartbeat)
        {
            subscriber.IsAskedBack = true;
        }
        else if (!subscriber.IsBlocked)
        {
            Send(subscriber, _heartbeats.Of(PositionOf(subscriber), subscriber.Request.Format));
        }
    }

    /// <summary>A reader has given the subscriber back: what was due meanwhile is sent.</summary>
    public void Returned(Subscriber subscriber)
    {
        if (subscriber.OwesHeartbeat)
        {
            Heartbeat(subscriber);
        }
        else if (!subscriber.Request.Streaming && PositionOf(subscriber) is { } position)
        {
            subscriber.Sink.OnPosition(position, isLive: false);
        }
    }

    /// <summary>Tells the client that its token expires.</summary>
    /// <returns>False when that is not possible just now.</returns>
    public bool TryTellOfExpiry(Subscriber subscriber)
    {
        if (subscriber.State == SubscriberState.CatchingUp)
        {
            subscriber.IsAskedBack = true;
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

    /// <summary>The last bytes of a stream that ends, where the client has to know why. The subscriber must not be blocked.</summary>
    public void TellReason(Subscriber subscriber, CloseReason reason)
    {
        _scratch.ResetWrittenCount();
        switch (reason)
        {
            case CloseReason.Drain or CloseReason.Age:
                ControlEvents.WriteReconnect(_scratch, subscriber.Request.Format, reason, timer.ReconnectMs(reason));
                break;
            case CloseReason.Slow or CloseReason.TokenExpired or CloseReason.Revoked or CloseReason.GrantsNarrowed or CloseReason.Ended:
                ControlEvents.WriteClosed(_scratch, subscriber.Request.Format, reason);
                break;
            default:
                return;
        }

        byte[] chunk = Chunk.Of(_scratch.WrittenSpan);
        subscriber.Sink.TrySend(new FrameRun(chunk, [chunk.Length], isShared: true), out _);
    }

    private void Send(Subscriber subscriber, byte[] chunk) => delivery.Send(subscriber, new FrameRun(chunk, [chunk.Length], isShared: true));

    /// <summary>How far the stream has come; null while nothing was read for it, because a client that resumed there would begin elsewhere.</summary>
    private Position? PositionOf(Subscriber subscriber)
    {
        if (subscriber.State == SubscriberState.Live)
        {
            return delivery.Advance(subscriber);
        }

        if (subscriber.Backlog.StartTimeUnixMs is not null || subscriber.SentThrough == 0)
        {
            return null;
        }

        // A client that goes on from here must not miss the notice of what was skipped.
        long offset = subscriber.Backlog.SkippedAfter >= 0 ? Math.Min(subscriber.SentThrough, subscriber.Backlog.SkippedAfter) : subscriber.SentThrough;
        return new Position(log.Epoch, offset);
    }
}
