using Microsoft.Win32.SafeHandles;

namespace Longwave.Engine.Storage;

/// <summary>
/// Disk space for retention: a file without content beside the log. The hub deletes the file when the disk is full, so that the transactions of
/// retention have room, and creates it again when there is free space. One thread at a time: the thread that opens the log, then the writer thread.
/// </summary>
internal sealed class DiskReserve
{
    /// <summary>Part of the file system that the reserve uses at most, so that a hub also runs on a small disk.</summary>
    private const int LargestPart = 8;

    private readonly string _directory;
    private readonly string _path;

    /// <summary>Creates the reserve of a directory without changing the disk.</summary>
    /// <param name="directory">Data directory.</param>
    /// <param name="bytes">Size in bytes; an eighth of the file system if that is less.</param>
    public DiskReserve(string directory, long bytes)
    {
        (_directory, _path) = (directory, Path.Combine(directory, "longwave.reserve"));
        Bytes = Math.Min(bytes, Disk().TotalSize / LargestPart);
        Held = new FileInfo(_path) is { Exists: true } file ? file.Length : 0;
    }

    /// <summary>Full size in bytes; zero for none.</summary>
    public long Bytes { get; }

    /// <summary>Current size in bytes.</summary>
    public long Held { get; private set; }

    /// <summary>Whether the file has its full size.</summary>
    public bool IsFull => Held >= Bytes;

    /// <summary>Creates the file, unless it exists with at least this size.</summary>
    /// <returns>False if the disk has no room for it.</returns>
    public bool TryHold(long bytes)
    {
        if (bytes <= Held)
        {
            return true;
        }

        try
        {
            // The preallocation fails if the disk is full. It leaves the length at zero, so the length shows that the file is complete.
            using SafeFileHandle handle = File.OpenHandle(_path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, bytes);
            RandomAccess.SetLength(handle, bytes);
            Held = bytes;
            return true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Release();
            return false;
        }
    }

    /// <summary>Whether the disk has ample room to bring a reserve that is too small to its full size.</summary>
    public bool CanRefill => !IsFull && Disk().AvailableFreeSpace >= 2 * Bytes;

    /// <summary>Deletes the file. Returns whether that freed space.</summary>
    public bool Release()
    {
        try
        {
            bool isHeld = File.Exists(_path);
            File.Delete(_path);
            Held = 0;
            return isHeld;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // The disk does not even accept a deletion. The transaction that needs the room reports that.
            return false;
        }
    }

    private DriveInfo Disk() => new(OperatingSystem.IsWindows() ? Path.GetPathRoot(_directory)! : _directory);
}
