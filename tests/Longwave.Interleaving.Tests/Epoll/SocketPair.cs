using System.Runtime.InteropServices;
using Longwave.Server.Epoll;

namespace Longwave.Interleaving.Tests.Epoll;

/// <summary>Two connected sockets that do not block, with a small buffer between them.</summary>
internal static partial class SocketPair
{
    private const int UnixDomain = 1;
    private const int StreamNonBlocking = 1 | 0x800;
    private const int SocketLevel = 1;
    private const int SendBuffer = 7;
    private const int SmallBufferBytes = 4_608;
    private const short PollOut = 4;

    public static (int Ours, int Peers) Open()
    {
        int[] files = new int[2];
        SystemCalls.Check(Create(UnixDomain, StreamNonBlocking, 0, ref files[0]));
        int bytes = SmallBufferBytes;
        SystemCalls.Check(SetOption(files[0], SocketLevel, SendBuffer, ref bytes, sizeof(int)));
        return (files[0], files[1]);
    }

    /// <summary>Whether a write would take bytes: when that changes, epoll has an edge.</summary>
    public static bool IsWritable(int file)
    {
        var wanted = new PollRequest { File = file, Events = PollOut };
        return Poll(ref wanted, 1, 0) == 1 && (wanted.Returned & PollOut) != 0;
    }

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int domain, int type, int protocol, ref int files);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int socket, int level, int option, ref int value, uint bytes);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollRequest request, ulong count, int timeoutMs);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int File;
        public short Events;
        public short Returned;
    }
}
