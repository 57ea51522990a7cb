using System.Globalization;
using System.Runtime.InteropServices;

namespace Longwave.Bench.Peers;

/// <summary>Keeps every thread of this process, the load, on a core of its own, away from the server that is measured.</summary>
internal sealed partial class CorePin : IDisposable
{
    public const int ServerCore = 0;
    private const int LoadCore = 1;

    private CorePin() => Apply(1UL << LoadCore);

    /// <summary>Pins the load until it is disposed.</summary>
    public static CorePin Load() => Environment.ProcessorCount > LoadCore
        ? new CorePin()
        : throw new BenchFailedException("The server and the load each need a core of their own; this process may use one only.");

    public void Dispose() => Apply(ulong.MaxValue >> (64 - Environment.ProcessorCount));

    /// <summary>Threads that are made later inherit the core of the thread that makes them.</summary>
    private static void Apply(ulong cores)
    {
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
        {
            // A thread that has ended meanwhile needs no core.
            _ = SetAffinity(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), sizeof(ulong), in cores);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAffinity(int thread, nint bytes, in ulong cores);
}
