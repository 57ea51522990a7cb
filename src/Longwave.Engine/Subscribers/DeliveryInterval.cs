namespace Longwave.Engine.Subscribers;

/// <summary>Delivery interval of a subscriber that requested a maximum rate. Shard thread only.</summary>
internal sealed class DeliveryInterval(TimeSpan interval)
{
    private int _heapIndex = -1;

    /// <summary>Minimum time between two deliveries.</summary>
    public TimeSpan Interval { get; } = interval;

    /// <summary>Timestamp before which nothing is delivered.</summary>
    public long Due { get; set; }

    /// <summary>Index in the heap of the waiting paced subscribers; -1 while no event waits.</summary>
    public ref int HeapIndex => ref _heapIndex;
}
