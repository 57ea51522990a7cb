
namespace Longwave.Engine.Subscribers;

/// <summary>Open streams, and why the others ended.</summary>
internal sealed class SubscriberCounts
{
    private readonly long[] _closed = new long[Enum.GetValues<CloseReason>().Length];
    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>Counts one more; false, and nothing counted, at the limit.</summary>
    public bool TryOpen(int most)
    {
        // Counted first and taken back: the limit is never exceeded. Of two that come at once when one place is left, one may be rejected
        // for the moment that the other is counted too many.
        if (Interlocked.Increment(ref _open) <= most)
        {
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    /// <summary>One that was counted as open did not get that far.</summary>
    public void Refused() => Interlocked.Decrement(ref _open);

    public void Closed(CloseReason reason)
    {
        Interlocked.Increment(ref _closed[(int)reason]);
        Interlocked.Decrement(ref _open);
    }

    public long ClosedBy(CloseReason reason) => Volatile.Read(ref _closed[(int)reason]);
}
