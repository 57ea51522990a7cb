using System.Diagnostics;

namespace Longwave.Bench.Hubs;

/// <summary>Where things are, and which commit is measured.</summary>
internal static class Repository
{
    /// <summary>The directory with Longwave.slnx.</summary>
    public static string Root { get; } = Find();

    /// <summary>Directory for logs of benchmarks; not in version control.</summary>
    public static string Work => Path.Combine(Root, "artifacts", "bench");

    /// <summary>Results that are committed.</summary>
    public static string Results => Path.Combine(Root, "bench", "results");

    /// <summary>The page of the documentation that shows them.</summary>
    public static string PerformancePage => Path.Combine(Root, "docs", "performance.md");

    /// <summary>What the peers of the fan-out benchmark are made of.</summary>
    public static string Fanout => Path.Combine(Root, "bench", "fanout");

    /// <summary>The hub that is measured.</summary>
    public static string Hub => Path.Combine(Root, "artifacts", "bin", "Longwave", "release", "longwave.dll");

    /// <summary>Short name of the commit, with a plus when files differ from it.</summary>
    public static string Commit()
    {
        string commit = Git("rev-parse", "--short=10", "HEAD");
        return commit.Length == 0 ? "unknown" : Git("status", "--porcelain", "--untracked-files=no", "--", "src").Length == 0 ? commit : commit + "+";
    }

    private static string Git(params string[] arguments)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true })!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output.Trim();
    }

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Longwave.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new BenchFailedException("Longwave.slnx is in no directory above this program.");
    }
}
