using System.Runtime.InteropServices;

namespace Longwave.Client.Positions;

/// <summary>Makes a renamed file survive a crash: the rename is durable only after its folder is synced.</summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;

    // EINVAL: the file system does not support syncing a folder.
    private const int NotSupported = 22;

    /// <summary>Syncs a folder, on systems that support it.</summary>
    /// <exception cref="IOException">Syncing failed.</exception>
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
