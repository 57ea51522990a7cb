using System.Globalization;

namespace Longwave.BadDays.Tests.Machines;

/// <summary>A file system of a few megabytes, in memory. Needs root, as mounting does.</summary>
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

    /// <summary>Takes all the room that is left.</summary>
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
            // Full, which is what was wanted.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void MakeRoom() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await Tool.RunProgramAsync("umount", _mountPoint.Path);
        _mountPoint.Dispose();
    }
}
