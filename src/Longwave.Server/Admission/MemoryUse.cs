namespace Longwave.Server.Admission;

/// <summary>Memory that the process uses, and the memory available to it.</summary>
/// <param name="UsedBytes">Used bytes.</param>
/// <param name="AvailableBytes">Bytes available to the process.</param>
internal readonly record struct MemoryUse(long UsedBytes, long AvailableBytes)
{
    private static readonly ContainerMemory? Container = ContainerMemory.Find();

    private double Share => AvailableBytes > 0 ? (double)UsedBytes / AvailableBytes : 0;

    /// <summary>Current memory use of this process: of its heap, or of its container if that is closer to its limit.</summary>
    public static MemoryUse Read()
    {
        GCMemoryInfo info = GC.GetGCMemoryInfo();

        // The heap's limit is the configured one, or a share of the container's limit. Memory outside the heap (SQLite, sockets) shows only in the
        // resident set and in the container.
        var heap = new MemoryUse(Math.Max(Environment.WorkingSet, info.TotalCommittedBytes), info.TotalAvailableMemoryBytes);
        return Container?.Read() is { } container && container.Share > heap.Share ? container : heap;
    }

    /// <summary>Bytes available to the process in all: the smaller one of the two limits.</summary>
    public static long ReadAvailable() =>
        Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Container?.Read() is { } container ? container.AvailableBytes : long.MaxValue);
}
