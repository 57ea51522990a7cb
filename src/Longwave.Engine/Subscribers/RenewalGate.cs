namespace Longwave.Engine.Subscribers;

/// <summary>
/// Counts the pending renewals of a shard's streams. A slot of a route contains a copy of what its subscriber may read, so the shard sends nothing to
/// shared subscribers from the beginning of a renewal until the message with the new identity is handled.
/// </summary>
/// <remarks>
/// A separate object: the shard reads it before each send, and its cache line has no other field that other threads write.
/// <para>
/// Order: a renewal increments the count (a full fence), then exchanges the identity, then posts its message. The shard reads the count after it has
/// routed the events of a turn, so an event that is routed after the exchange is not sent to shared subscribers before the shard has handled the
/// message, which updates the slot. A send that is in progress during the exchange contains only events that were published before it.
/// </para>
/// </remarks>
internal sealed class RenewalGate
{
    private int _pending;

    /// <summary>Number of pending renewals. For any thread.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Whether a renewal is pending, so that nothing may be sent to shared subscribers. Shard thread only.</summary>
    public bool IsClosed => Pending > 0;

    /// <summary>Begins a renewal. From any thread; <see cref="End"/> must follow.</summary>
    public void Begin() => Interlocked.Increment(ref _pending);

    /// <summary>Ends a renewal after the shard has handled it. Other renewals can still be pending: each is counted separately.</summary>
    public void End() => Interlocked.Decrement(ref _pending);
}
