using System.Diagnostics;
using System.Text;

namespace Longwave.Tidy.Tests.Sources;

/// <summary>The repository these tests were built from, as git sees it: tracked files and new ones that are not ignored.</summary>
public static class Repository
{
    private static readonly Lazy<SourceTree> LoadedTree = new(Load);

    public static SourceTree Tree => LoadedTree.Value;

    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Longwave.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Longwave.slnx is in no folder above the tests: run them from a build inside the repository.");
    }

    private static SourceTree Load()
    {
        var executables = Git("ls-files", "-z", "--stage")
            .Where(line => line.StartsWith("100755", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..])
            .ToHashSet();
        return new SourceTree(Git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
            .Distinct()
            .Where(path => File.Exists(Path.Combine(Root, path)))
            .Select(path => new SourceFile(path, Read(path)) { IsExecutable = executables.Contains(path) }));
    }

    private static string Read(string path)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Root, path));
        return bytes.Contains((byte)0) ? "" : Encoding.UTF8.GetString(bytes);
    }

    private static string[] Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("git did not start");
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }
}
