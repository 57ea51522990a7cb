using Microsoft.Win32.SafeHandles;
using SQLitePCL;

namespace Longwave.Engine.Storage;

/// <summary>Finds out whether a disk that was full has room again, by taking it and giving it back. Of the writer.</summary>
/// <remarks>
/// A page or two may go in at any time, into what SQLite gave back to itself. Room counts as room when a good part of what was refused fits:
/// otherwise the hub would change its mind with every publish.
/// </remarks>
internal sealed class DiskProbe(string path)
{
    private const int BlockBytes = 64 * 1024;
    private const long LeastBytes = 4 * BlockBytes;
    private const long MostBytes = 16 * 1024 * 1024;

    /// <summary>Throws a <see cref="StorageException"/> of a full disk when twice as many bytes do not fit.</summary>
    public void Run(long bytes)
    {
        byte[] block = new byte[BlockBytes];
        long wanted = Math.Clamp(2 * bytes, LeastBytes, MostBytes);
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
            for (long written = 0; written < wanted; written += block.Length)
            {
                RandomAccess.Write(file, block, written);
            }

            RandomAccess.FlushToDisk(file);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(raw.SQLITE_FULL, failed.Message);
        }
    }
}
