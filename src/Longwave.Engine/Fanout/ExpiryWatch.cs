using Longwave.Engine.Access;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Ends the streams whose token has expired, and notifies their clients before. The shard calls it on every tick; the cost depends on the number of
/// due streams, not of all streams. Shard thread only.
/// </summary>
/// <param name="clock">The wall clock, by which tokens expire.</param>
/// <param name="tell">Sends the notice that the token expires; false if that is not possible at the moment.</param>
internal sealed class ExpiryWatch(TimeProvider clock, Func<Subscriber, bool> tell)
{
    /// <summary>Time after which a notice that could not be sent is tried again, in milliseconds.</summary>
    private const long NoticeRetryMs = 1_000;

    private readonly IndexedHeap<Subscriber> _due = new(static subscriber => ref subscriber.DeadlineIndex);

    /// <summary>Watches a subscriber that is new or has a renewed token.</summary>
    public void Set(Subscriber subscriber)
    {
        if (subscriber.Identity?.Expiry is { } expiry)
        {
            subscriber.IsExpiryNoticeSent = false;
            _due.Set(subscriber, expiry.NoticeAt.ToUnixTimeMilliseconds());
        }
        else
        {
            _due.Remove(subscriber);
        }
    }

    public void Remove(Subscriber subscriber) => _due.Remove(subscriber);

    /// <summary>Handles all subscribers that are due.</summary>
    public void Tick()
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        while (_due.Count > 0 && _due.FirstKey <= now)
        {
            Examine(_due.First, now);
        }
    }

    /// <summary>Handles a subscriber that a catch-up reader has returned: the notice can now be sent.</summary>
    public void Returned(Subscriber subscriber)
    {
        if (_due.Contains(subscriber) && !subscriber.IsExpiryNoticeSent)
        {
            Examine(subscriber, clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }

    private void Examine(Subscriber subscriber, long now)
    {
        // The identity already includes a renewal whose message the shard has not handled yet.
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
        if (subscriber.IsExpiryNoticeSent)
        {
            return end;
        }

        // A renewal can have moved the notice to a later time.
        long notice = expiry.NoticeAt.ToUnixTimeMilliseconds();
        if (notice > now)
        {
            return notice;
        }

        subscriber.IsExpiryNoticeSent = tell(subscriber);
        return subscriber.IsExpiryNoticeSent ? end : Math.Min(end, now + NoticeRetryMs);
    }
}
