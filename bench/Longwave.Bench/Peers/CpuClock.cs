using System.Runtime.InteropServices;

namespace Longwave.Bench.Peers;

/// <summary>The CPU clock of a process, in nanoseconds and with the threads that have ended; /proc/PID/stat counts in hundredths of a second.</summary>
internal sealed partial class CpuClock
{
    private readonly int _clock;

    private CpuClock(int clock) => _clock = clock;

    public static CpuClock Of(int processId) =>
        Find(processId, out int clock) == 0 ? new CpuClock(clock) : throw new BenchFailedException($"Process {processId} has no CPU clock.");

    /// <summary>User and system time so far, in microseconds.</summary>
    public double ReadUs() =>
        Read(_clock, out TimeSpec time) == 0
            ? (time.Seconds * 1e6) + (time.Nanoseconds / 1e3)
            : throw new BenchFailedException("A server has ended before its measurement did.");

    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Find(int processId, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Read(int clock, out TimeSpec time);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
