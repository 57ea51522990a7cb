using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Longwave.Bench.Results;

/// <summary>Where the figures are from.</summary>
/// <param name="Cpu">Model of the processor.</param>
/// <param name="Cores">Cores that hub and load share.</param>
/// <param name="MemoryGb">Memory in GB (2^30 bytes).</param>
/// <param name="Kernel">Operating system.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="SyncP50Ms">Median time of appending 4 KB to a file and syncing it, on the disk of the logs, in milliseconds.</param>
/// <param name="SyncP99Ms">The 99th percentile of the same.</param>
/// <param name="LoadAverage">Processes that wanted a core in the minute before: much more than 0 and the figures are too low.</param>
internal sealed record Machine(
    string Cpu, int Cores, int MemoryGb, string Kernel, string Runtime, double SyncP50Ms, double SyncP99Ms, double LoadAverage)
{
    private const int SyncSamples = 300;
    private const int SyncBytes = 4096;

    /// <summary>Describes this machine; syncs are measured in <paramref name="directory"/>.</summary>
    public static Machine Describe(string directory)
    {
        double[] syncs = MeasureSyncs(Path.Combine(directory, "sync"));
        return new Machine(
            Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Environment.ProcessorCount,
            (int)Math.Round(long.Parse(Field("/proc/meminfo", "MemTotal")!.Split(' ')[0], CultureInfo.InvariantCulture) / (1024.0 * 1024.0)),
            $"Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}",
            RuntimeInformation.FrameworkDescription,
            Math.Round(Statistics.Median(syncs), 3),
            Math.Round(Statistics.Percentile(syncs, 0.99), 3),
            double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture));
    }

    public override string ToString() =>
        $"{Cpu}, {Cores} cores, {MemoryGb} GB, {Kernel}, {Runtime}; 4 KB append and sync: {SyncP50Ms} ms (p99 {SyncP99Ms} ms); load average before: {LoadAverage}";

    private static string? Field(string file, string name) =>
        File.ReadLines(file).Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(line => line[(line.IndexOf(':') + 1)..].Trim()).FirstOrDefault();

    private static double[] MeasureSyncs(string file)
    {
        var block = new byte[SyncBytes];
        var times = new double[SyncSamples];
        using (var handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write))
        {
            for (int i = 0; i < times.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                RandomAccess.Write(handle, block, (long)i * SyncBytes);
                RandomAccess.FlushToDisk(handle);
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        File.Delete(file);
        return times;
    }
}
