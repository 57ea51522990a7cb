using Longwave.Engine.Access;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Ends the streams whose token has expired, and tells their clients before. Looked at with every tick of the shard, whatever the number
/// of streams: only those that are due cost anything. Of the shard's thread.
/// </summary>
/// <param name="clock">The time; tokens expire by the wall clock.</param>
/// <param name="tell">Tells a client that its token expires; false when it can't be told just now.</param>
internal sealed class ExpiryWatch(TimeProvider clock, Func<Subscriber, bool> tell)
{
    /// <summary>When a client that could not be told is tried again.</summary>
    private const long TellAgainMs = 1_000;

    private readonly DeadlineHeap _due = new();

    /// <summary>A subscriber has come, or its token was renewed.</summary>
    public void Set(Subscriber subscriber)
    {
        if (subscriber.Identity?.Expiry is { } expiry)
        {
            subscriber.IsToldOfExpiry = false;
            _due.Set(subscriber, expiry.NoticeAt.ToUnixTimeMilliseconds());
        }
        else
        {
            _due.Remove(subscriber);
        }
    }

    public void Remove(Subscriber subscriber) => _due.Remove(subscriber);

    /// <summary>Does what is due by now.</summary>
    public void Tick()
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        while (_due.Count > 0 && _due.First.DeadlineUnixMs <= now)
        {
            Look(_due.First, now);
        }
    }

    /// <summary>A subscriber that was lent to a reader is back: it may be told now.</summary>
    public void Returned(Subscriber subscriber)
    {
        if (subscriber.DeadlinePlace >= 0 && !subscriber.IsToldOfExpiry)
        {
            Look(subscriber, clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }

    private void Look(Subscriber subscriber, long now)
    {
        // A renewal whose message is still on its way counts already.
        if (subscriber.Identity?.Expiry is not { } expiry)
        {
            _due.Remove(subscriber);
        }
        else if (now >= expiry.EndsAt.ToUnixTimeMilliseconds())
        {
            _due.Remove(subscriber);
            subscriber.Close(CloseReason.TokenExpired);
        }
        else
        {
            _due.Set(subscriber, Next(subscriber, expiry, now));
        }
    }

    private long Next(Subscriber subscriber, StreamExpiry expiry, long now)
    {
        long end = expiry.EndsAt.ToUnixTimeMilliseconds();
        if (subscriber.IsToldOfExpiry)
        {
            return end;
        }

        // Not due yet when a renewal has moved it.
        long notice = expiry.NoticeAt.ToUnixTimeMilliseconds();
        if (notice > now)
        {
            return notice;
        }

        subscriber.IsToldOfExpiry = tell(subscriber);
        return subscriber.IsToldOfExpiry ? end : Math.Min(end, now + TellAgainMs);
    }
}
