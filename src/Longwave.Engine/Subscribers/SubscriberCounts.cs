namespace Longwave.Engine.Subscribers;

/// <summary>Number of open streams, which has a limit. For any thread.</summary>
internal sealed class SubscriberCounts
{
    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>Counts one more stream; returns false without counting at the limit.</summary>
    public bool TryOpen(int most)
    {
        // Increment first, then undo, so that the count of accepted streams never exceeds the limit. A rejected stream is counted for a moment,
        // and another one that arrives in that moment may be rejected although there is room.
        if (Interlocked.Increment(ref _open) <= most)
        {
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    /// <summary>Counts one stream less: it has ended, or was rejected after <see cref="TryOpen"/>.</summary>
    public void Closed() => Interlocked.Decrement(ref _open);
}
