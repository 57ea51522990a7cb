namespace Longwave.Server.Admission;

/// <summary>Memory that the process uses, and the memory available to it.</summary>
/// <param name="UsedBytes">Used bytes.</param>
/// <param name="AvailableBytes">Bytes available to the process.</param>
internal readonly record struct MemoryUse(long UsedBytes, long AvailableBytes)
{
    /// <summary>Current memory use of this process.</summary>
    public static MemoryUse Read()
    {
        GCMemoryInfo info = GC.GetGCMemoryInfo();

        // The garbage collector knows the limit of the container or the configured one; memory outside its heap (SQLite, sockets) shows only in the resident set.
        return new MemoryUse(Math.Max(Environment.WorkingSet, info.TotalCommittedBytes), info.TotalAvailableMemoryBytes);
    }
}
