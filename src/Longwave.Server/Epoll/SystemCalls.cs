using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Longwave.Server.Epoll;

/// <summary>Linux system calls that .NET does not expose, or exposes only with an object per socket.</summary>
[SupportedOSPlatform("linux")]
internal static partial class SystemCalls
{
    public const int Interrupted = 4;
    public const int WouldBlock = 11;

    public const uint EpollIn = 0x1;
    public const uint EpollOut = 0x4;
    public const uint EpollError = 0x8;
    public const uint EpollHangUp = 0x10;
    public const uint EpollReadHangUp = 0x2000;
    public const uint EpollEdge = 1u << 31;
    public const int EpollAdd = 1;

    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int ShutdownWrite = 1;

    /// <summary>Error of the last failed call of this thread.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>epoll_create1(2).</summary>
    public static int CreateEpoll() => EpollCreate(CloseOnExec);

    /// <summary>eventfd(2): a counter whose change wakes epoll_wait(2).</summary>
    public static int CreateEvent() => EventFd(0, CloseOnExec | NonBlocking);

    /// <summary>accept4(2), not blocking; stores the peer's address in <paramref name="address"/>. Returns a descriptor, or the error as a negative number.</summary>
    public static int Accept(int listener, Span<byte> address, ref int addressBytes)
    {
        int file = Accept4(listener, ref MemoryMarshal.GetReference(address), ref addressBytes, CloseOnExec | NonBlocking);
        return file >= 0 ? file : -LastError;
    }

    /// <summary>epoll_wait(2): the number of events, or the error as a negative number.</summary>
    public static int WaitForEvents(int epoll, Span<byte> ready, int most)
    {
        int count = EpollWait(epoll, ref MemoryMarshal.GetReference(ready), most, Timeout.Infinite);
        return count >= 0 ? count : -LastError;
    }

    /// <summary>recv(2): the number of bytes, 0 at the end of input, -1 with <see cref="LastError"/>, which is never <see cref="Interrupted"/>.</summary>
    public static int Receive(int socket, Span<byte> buffer)
    {
        nint received;
        do
        {
            received = Recv(socket, ref MemoryMarshal.GetReference(buffer), buffer.Length, DontWait);
        }
        while (received < 0 && LastError == Interrupted);
        return (int)received;
    }

    /// <summary>send(2): the number of bytes accepted, -1 with <see cref="LastError"/>, which is never <see cref="Interrupted"/>: no epoll event would trigger another attempt.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> bytes)
    {
        nint sent;
        do
        {
            sent = Send(socket, ref MemoryMarshal.GetReference(bytes), bytes.Length, DontWait | NoSignal);
        }
        while (sent < 0 && LastError == Interrupted);
        return (int)sent;
    }

    /// <summary>send(2) without the error code, which makes the call cheaper: -1 for any error. For the error, try again with Send.</summary>
    public static int TrySend(int socket, ReadOnlySpan<byte> bytes) =>
        (int)SendOnly(socket, ref MemoryMarshal.GetReference(bytes), bytes.Length, DontWait | NoSignal);

    /// <summary>Whether the file is a socket: the only kind of file, beside a device without a driver, that open(2) rejects with ENXIO. .NET reports no file types.</summary>
    public static bool IsSocketFile(string path)
    {
        const int NoSuchDevice = 6;
        int file = Open(path, CloseOnExec | NonBlocking);
        if (file < 0)
        {
            return LastError == NoSuchDevice;
        }

        _ = Close(file);
        return false;
    }

    /// <summary>shutdown(2) of the sending direction.</summary>
    public static void FinishSending(int socket) => _ = Shutdown(socket, ShutdownWrite);

    /// <summary>Lets the next close(2) drop unsent bytes and reset the connection (SO_LINGER, socket(7)).</summary>
    public static void CloseAbortively(int socket)
    {
        const int SocketLevel = 1, Linger = 13;
        ulong onForNoTime = 1;
        _ = SetOption(socket, SocketLevel, Linger, ref onForNoTime, sizeof(ulong));
    }

    /// <summary>Throws an exception if the call failed.</summary>
    public static int Check(int result) => result >= 0 ? result : throw new SocketException(LastError);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int EpollControl(int epoll, int operation, int file, ref byte wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollWait(int epoll, ref byte ready, int most, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Read(int file, ref ulong value, nint bytes);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Write(int file, ref ulong value, nint bytes);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EventFd(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Accept4(int listener, ref byte address, ref int addressBytes, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Recv(int socket, ref byte buffer, nint bytes, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Send(int socket, ref byte buffer, nint bytes, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendOnly(int socket, ref byte buffer, nint bytes, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int socket, int level, int option, ref ulong value, uint bytes);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Shutdown(int socket, int how);
}
