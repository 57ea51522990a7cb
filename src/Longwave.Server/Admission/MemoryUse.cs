namespace Longwave.Server.Admission;

/// <summary>How much memory the process has, of how much.</summary>
/// <param name="UsedBytes">What it holds.</param>
/// <param name="AvailableBytes">What it may hold.</param>
internal readonly record struct MemoryUse(long UsedBytes, long AvailableBytes)
{
    /// <summary>Of this process, now.</summary>
    public static MemoryUse Read()
    {
        GCMemoryInfo info = GC.GetGCMemoryInfo();

        // The collector knows the container's limit or the one it was given; what is outside its heap (SQLite, sockets) only the resident set knows.
        return new MemoryUse(Math.Max(Environment.WorkingSet, info.TotalCommittedBytes), info.TotalAvailableMemoryBytes);
    }
}
