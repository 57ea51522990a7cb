using System.Globalization;

namespace Longwave.BadDays.Tests.Machines;

/// <summary>A file system of a few megabytes in memory. Needs root to mount it.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TempDirectory _mountPoint = new();

    private SmallDisk()
    {
    }

    public string DataDirectory => _mountPoint["data"];

    private string Filler => _mountPoint["filler"];

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = new SmallDisk();
        await Tool.RunProgramAsync("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs", disk._mountPoint.Path);
        return disk;
    }

    /// <summary>Fills the remaining space.</summary>
    public void Fill()
    {
        var block = new byte[4096];
        using FileStream filler = new(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // The file system is full, as intended.
        }
    }

    /// <summary>Frees the space that <see cref="Fill"/> used.</summary>
    public void MakeRoom() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await Tool.RunProgramAsync("umount", _mountPoint.Path);
        _mountPoint.Dispose();
    }
}
