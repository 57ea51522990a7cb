
namespace Longwave.Engine.Subscribers;

/// <summary>Number of open streams, and of ended ones by reason.</summary>
internal sealed class SubscriberCounts
{
    private readonly long[] _closed = new long[Enum.GetValues<CloseReason>().Length];
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

    /// <summary>Undoes the count of a stream that was rejected after <c>TryOpen</c>.</summary>
    public void Refused() => Interlocked.Decrement(ref _open);

    public void Closed(CloseReason reason)
    {
        Interlocked.Increment(ref _closed[(int)reason]);
        Interlocked.Decrement(ref _open);
    }

    public long ClosedBy(CloseReason reason) => Volatile.Read(ref _closed[(int)reason]);
}
