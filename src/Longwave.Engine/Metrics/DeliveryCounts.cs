namespace Longwave.Engine.Metrics;

/// <summary>Counts the writes of a thread that delivers.</summary>
internal static class DeliveryCounts
{
    /// <summary>Counts one write of events: plain additions to memory of the calling thread.</summary>
    /// <param name="counters">Counters of the calling thread.</param>
    /// <param name="events">Number of events that the sink accepted.</param>
    /// <param name="bytes">Size of their frames.</param>
    /// <param name="isOpen">Whether the sink accepts more.</param>
    public static void Add(Counters<HubCounter> counters, int events, int bytes, bool isOpen)
    {
        counters.Add(HubCounter.DeliveredEvents, events);
        counters.Add(HubCounter.DeliveredBytes, bytes);
        counters.Add(HubCounter.Writes);
        if (!isOpen)
        {
            counters.Add(HubCounter.BlockedWrites);
        }
    }
}
