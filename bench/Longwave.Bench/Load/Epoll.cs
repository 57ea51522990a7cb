using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Longwave.Bench.Load;

/// <summary>epoll(7), level-triggered: one thread holds thousands of sockets at a fraction of what a task for each costs.</summary>
internal sealed partial class Epoll : IDisposable
{
    public const uint Readable = 1;
    public const uint Writable = 4;

    private const int CtlAdd = 1;
    private const int CtlModify = 3;
    private const int CloseOnExec = 0x80000;
    private const int MostEvents = 512;

    /// <summary>struct epoll_event is packed on x86 (12 bytes) and aligned everywhere else (16 bytes).</summary>
    private static readonly int TagAt = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private static readonly int EventBytes = TagAt + sizeof(long);

    private readonly int _handle = Check(Create(CloseOnExec));
    private readonly byte[] _ready = new byte[EventBytes * MostEvents];

    /// <summary>Begins to watch a socket for bytes to read; <paramref name="tag"/> comes back with every event of it.</summary>
    public void Add(Socket socket, int tag) => Control(CtlAdd, socket, tag, Readable);

    /// <summary>Whether to be told also when the socket takes bytes.</summary>
    public void Watch(Socket socket, int tag, bool writes) => Control(CtlModify, socket, tag, Readable | (writes ? Writable : 0));

    /// <summary>Waits for events; returns how many there are.</summary>
    public int Wait(TimeSpan patience)
    {
        int count = Wait(_handle, ref _ready[0], MostEvents, (int)patience.TotalMilliseconds);

        // -1 is a signal that came in between.
        return Math.Max(count, 0);
    }

    /// <summary>One of the events of the last <see cref="Wait(TimeSpan)"/>.</summary>
    public (int Tag, uint Events) Ready(int index)
    {
        ref byte at = ref _ready[index * EventBytes];
        return ((int)Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref at, TagAt)), Unsafe.ReadUnaligned<uint>(ref at));
    }

    public void Dispose() => _ = Close(_handle);

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    private void Control(int operation, Socket socket, int tag, uint events)
    {
        Span<byte> wanted = stackalloc byte[16];
        Unsafe.WriteUnaligned(ref wanted[0], events);
        Unsafe.WriteUnaligned(ref wanted[TagAt], (long)tag);
        Check(Control(_handle, operation, (int)socket.Handle, ref wanted[0]));
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int handle, int operation, int socket, ref byte wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(int handle, ref byte ready, int most, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}
