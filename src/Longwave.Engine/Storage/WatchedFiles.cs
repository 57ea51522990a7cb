using System.Globalization;

namespace Longwave.Engine.Storage;

/// <summary>
/// The files of an open log. Detects that one was deleted, replaced or moved: the hub would go on writing to a file that no restart finds. Writer
/// thread only.
/// </summary>
/// <remarks>On Linux the kernel names the file of each descriptor of a process, also after its deletion. Elsewhere only a deletion is detected.</remarks>
internal sealed class WatchedFiles
{
    private const string Descriptors = "/proc/self/fd";

    private readonly List<(string Link, string Path)> _opened = [];

    /// <summary>Begins to watch the files that the process has open. Call it while only the writer has them open.</summary>
    /// <param name="held">The file that locks the directory; it shows the directory as the kernel names it.</param>
    /// <param name="names">Names of the other files in its directory.</param>
    public WatchedFiles(FileStream held, params ReadOnlySpan<string> names)
    {
        string directory = Path.GetDirectoryName(held.Name)!;
        if (!OperatingSystem.IsLinux())
        {
            _opened.Add(("", held.Name));
            foreach (string name in names)
            {
                _opened.Add(("", Path.Combine(directory, name)));
            }

            return;
        }

        string own = Path.Combine(Descriptors, held.SafeFileHandle.DangerousGetHandle().ToString(CultureInfo.InvariantCulture));
        string path = TargetOf(own)!;
        _opened.Add((own, path));
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            wanted.Add(Path.Combine(Path.GetDirectoryName(path)!, name));
        }

        foreach (string link in Directory.EnumerateFileSystemEntries(Descriptors))
        {
            if (TargetOf(link) is { } target && wanted.Remove(target))
            {
                _opened.Add((link, target));
            }
        }
    }

    /// <summary>Path of a file that is no longer the opened one; null if there is none.</summary>
    public string? FindLost()
    {
        foreach ((string link, string path) in _opened)
        {
            if (link.Length > 0 ? TargetOf(link) != path : !File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            // The descriptor was closed during the enumeration.
            return null;
        }
    }
}
