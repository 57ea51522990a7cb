using System.Runtime.InteropServices;

namespace Longwave.Engine.Health;

/// <summary>Scheduling priority of threads whose work may delay only itself.</summary>
/// <remarks>
/// On Linux the priority of .NET threads has no effect, but each thread has a nice value. With 10, a thread gets a tenth of a core beside one that
/// also needs it, and the scheduler interrupts it at once for one that wakes up. A larger value would let other processes delay a garbage collection
/// that begins on such a thread.
/// </remarks>
internal static partial class LowPriority
{
    /// <summary>Increment of the nice value.</summary>
    public const int Nice = 10;

    /// <summary>Lowers the priority of the current thread; false if the system refuses.</summary>
    public static bool TrySet()
    {
        if (!OperatingSystem.IsLinux())
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
            return true;
        }

        // The result is the new value, which can be -1; only an error number shows a failure.
        Marshal.SetLastPInvokeError(0);
        return AddNice(Nice) != -1 || Marshal.GetLastPInvokeError() == 0;
    }

    // Applies to the calling thread only: Linux schedules threads, not processes.
    [LibraryImport("libc", EntryPoint = "nice", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AddNice(int increment);
}
