using System.Globalization;

namespace Longwave.Engine.Tests.Health;

/// <summary>The nice value of a thread, as Linux has it.</summary>
internal static class ThreadNice
{
    /// <summary>Index of the nice value among the fields after the name, which is in parentheses (proc_pid_stat(5)).</summary>
    private const int Field = 16;

    /// <summary>The value of the current thread.</summary>
    public static int Read()
    {
        string stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[Field], CultureInfo.InvariantCulture);
    }
}
