using Microsoft.Win32.SafeHandles;

namespace Longwave.Engine.Storage;

/// <summary>Checks whether a full disk has free space again, by writing and deleting a file. Writer thread only.</summary>
/// <remarks>
/// A small write can succeed at any time, in pages that SQLite has freed. The check therefore needs room for a multiple of the rejected size;
/// otherwise the state of the hub would change with every publish.
/// </remarks>
internal sealed class DiskProbe(string path)
{
    private const int BlockBytes = 64 * 1024;
    private const long LeastBytes = 4 * BlockBytes;
    private const long MostBytes = 16 * 1024 * 1024;

    /// <summary>Throws a <see cref="StorageException"/> of a full disk if twice as many bytes do not fit.</summary>
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
            throw StorageException.DiskFull(failed.Message);
        }
    }
}
