using System.Runtime.InteropServices;

namespace Longwave.Client.Positions;

/// <summary>Makes the names in a folder outlive a crash: a file that was renamed is only in its new place for sure when its folder is synced, too.</summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;

    // EINVAL: the file system has nothing to sync for a folder.
    private const int NotSupported = 22;

    /// <summary>Syncs a folder, where the system knows such a thing.</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    public static void Sync(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }

        int handle = Open(folder, ReadOnly);
        if (handle < 0)
        {
            throw new IOException($"Can't open the folder '{folder}': error {Marshal.GetLastPInvokeError()}.");
        }

        int outcome = Fsync(handle);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (outcome != 0 && error != NotSupported)
        {
            throw new IOException($"Can't sync the folder '{folder}': error {error}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}
