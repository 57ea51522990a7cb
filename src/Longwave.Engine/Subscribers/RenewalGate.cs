namespace Longwave.Engine.Subscribers;

/// <summary>
/// Streams of a shard that are about to get another identity. What a subscriber may read is copied to its slot of a route, so a shard sends
/// nothing to shared subscribers between the beginning of a renewal and the message that tells it of the new identity.
/// </summary>
/// <remarks>
/// An object of its own: the shard reads it before each send, and it shares the cache line with no field that other threads write.
/// <para>
/// Order: a renewal counts itself (a full fence), then exchanges the identity, then posts its message. The shard reads the count after it has
/// routed the events of a turn, so an event that is routed after the exchange is not sent to shared subscribers before the shard has handled the
/// message, which brings the slot up to date. A send that is under way during the exchange has events that were published before it.
/// </para>
/// </remarks>
internal sealed class RenewalGate
{
    private int _pending;

    /// <summary>Nothing may be sent to shared subscribers now. Shard thread only.</summary>
    public bool IsClosed => Volatile.Read(ref _pending) > 0;

    /// <summary>A renewal begins. From any thread; <see cref="End"/> must follow.</summary>
    public void Begin() => Interlocked.Increment(ref _pending);

    /// <summary>The shard knows of the new identity. Other renewals may be on their way: each counts by itself.</summary>
    public void End() => Interlocked.Decrement(ref _pending);
}
