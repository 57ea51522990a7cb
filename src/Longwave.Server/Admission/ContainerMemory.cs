using System.Globalization;

namespace Longwave.Server.Admission;

/// <summary>Memory of the control group of this process (cgroups(7), version 1 or 2): the limit at which the kernel kills it.</summary>
/// <remarks>The pages of files count as free, because the kernel reclaims them first.</remarks>
internal sealed class ContainerMemory
{
    private readonly string _limit;
    private readonly string _usage;
    private readonly string _statistics;
    private readonly string _prefix;

    private ContainerMemory(string folder, bool isVersion2)
    {
        _limit = Path.Combine(folder, isVersion2 ? "memory.max" : "memory.limit_in_bytes");
        _usage = Path.Combine(folder, isVersion2 ? "memory.current" : "memory.usage_in_bytes");
        _statistics = Path.Combine(folder, "memory.stat");
        _prefix = isVersion2 ? "" : "total_";
    }

    /// <summary>The group of this process, or the nearest one above it, that has a limit; null if there is none.</summary>
    public static ContainerMemory? Find() => Find("/proc/self/cgroup", "/sys/fs/cgroup");

    /// <summary>The same, for other files.</summary>
    /// <param name="membership">The file that names the groups of the process.</param>
    /// <param name="root">Folder in which the groups are mounted.</param>
    public static ContainerMemory? Find(string membership, string root)
    {
        foreach (string line in ReadLines(membership))
        {
            // hierarchy-ID:controllers:path; the controllers are empty in version 2.
            string[] parts = line.Split(':', 3);
            bool isVersion2 = parts is [_, "", _];
            if (parts.Length == 3 && (isVersion2 || parts[1].Split(',').Contains("memory")))
            {
                string top = isVersion2 ? root : Path.Combine(root, "memory");
                if (FindLimited(top, parts[2].Trim('/'), isVersion2) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }

    /// <summary>Current use; null if the files can't be read.</summary>
    public MemoryUse? Read()
    {
        if (ReadNumber(_limit) is not { } limit || ReadNumber(_usage) is not { } used)
        {
            return null;
        }

        long files = 0;
        foreach (string line in ReadLines(_statistics))
        {
            string[] parts = line.Split(' ');
            if (parts.Length == 2 && (parts[0] == $"{_prefix}inactive_file" || parts[0] == $"{_prefix}active_file"))
            {
                files += long.Parse(parts[1], CultureInfo.InvariantCulture);
            }
        }

        return new MemoryUse(Math.Max(0, used - files), limit);
    }

    /// <summary>In a container, the path of the host does not exist below the mounted root; then the root itself is the group.</summary>
    private static ContainerMemory? FindLimited(string top, string path, bool isVersion2)
    {
        while (true)
        {
            var found = new ContainerMemory(Path.Combine(top, path), isVersion2);

            // Without a limit, version 1 has a number near the largest one.
            if (ReadNumber(found._limit) is < long.MaxValue / 2 && ReadNumber(found._usage) is not null)
            {
                return found;
            }

            if (path.Length == 0)
            {
                return null;
            }

            path = path.LastIndexOf('/') is > 0 and int at ? path[..at] : "";
        }
    }

    private static long? ReadNumber(string file) =>
        ReadLines(file) is [string line] && long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // Not on this system.
            return [];
        }
    }
}
