using System.Globalization;

namespace Longwave.Bench.Hubs;

/// <summary>What a process has used, from /proc.</summary>
internal static class HubUsage
{
    /// <summary>Linux counts time in hundredths of a second for user space, whatever its own tick.</summary>
    private const double MicrosecondsPerTick = 10_000;

    /// <summary>Time on a core, user and system, in microseconds.</summary>
    public static double CpuUs(int processId)
    {
        string stat = File.ReadAllText($"/proc/{processId}/stat");

        // The second field is the name in brackets and may hold anything; utime and stime are the 12th and 13th after it (proc(5)).
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) * MicrosecondsPerTick;
    }

    /// <summary>Resident memory in MB (2^20 bytes).</summary>
    public static double ResidentMb(int processId) => Status(processId, "VmRSS:");

    /// <summary>The part of the resident memory that is no file's, in MB.</summary>
    public static double AnonymousMb(int processId) => Status(processId, "RssAnon:");

    private static double Status(int processId, string field)
    {
        string line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) / 1024.0;
    }
}
