using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Longwave.Server.Epoll;

/// <summary>One thread that waits for all sockets of its part of the connections (epoll(7), edge-triggered) and tells each what happened.</summary>
/// <remarks>
/// A descriptor is registered once, for its whole life: when a stream is parked only the entry of the table changes. An edge that comes in
/// the midst of that is not lost, because whoever takes a socket over first tries what it waits for.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class Reactor : IDisposable
{
    private const int MostEvents = 512;
    private const int WakeToken = 0;

    /// <summary>struct epoll_event is packed on x86 (12 bytes) and aligned everywhere else (16 bytes).</summary>
    private static readonly int TokenAt = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private static readonly int EventBytes = TokenAt + sizeof(long);

    private readonly int _epoll = SystemCalls.Check(SystemCalls.CreateEpoll());
    private readonly int _wake = SystemCalls.Check(SystemCalls.CreateEvent());
    private readonly byte[] _ready = new byte[EventBytes * MostEvents];

    // Guards the entries of _sockets; the reactor's thread reads them without it. A descriptor's first event comes after Add, and so after its entry
    // was stored. The thread reads the table for each event: an older table, or an entry that was just replaced, gives it a socket with another
    // token, or the connection from before parking, which passes the event on.
    private readonly Lock _gate = new();
    private readonly Thread _thread;

    // By descriptor. Descriptors are small numbers: the open-file limit bounds it.
    private IReactorSocket?[] _sockets = new IReactorSocket?[1_024];
    private int _generation;
    private volatile bool _closed;

    public Reactor(int number)
    {
        Control(SystemCalls.EpollAdd, _wake, WakeToken, SystemCalls.EpollIn);
        _thread = new Thread(Run) { Name = $"longwave-reactor-{number}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>A token for a descriptor, different from all that it had before.</summary>
    public long NewToken(int file) => ((long)Interlocked.Increment(ref _generation) << 32) | (uint)file;

    /// <summary>Begins to watch a descriptor; both directions, edges only.</summary>
    public void Add(int file, IReactorSocket socket)
    {
        Set(file, socket);
        Control(SystemCalls.EpollAdd, file, socket.Token, SystemCalls.EpollIn | SystemCalls.EpollOut | SystemCalls.EpollReadHangUp | SystemCalls.EpollEdge);
    }

    /// <summary>From now on the events of a descriptor go to somebody else, who has the same token.</summary>
    public void Replace(int file, IReactorSocket socket) => Set(file, socket);

    /// <summary>Stops watching. The descriptor is closed by the caller, after this.</summary>
    public void Remove(int file) => Set(file, null);

    public void Dispose()
    {
        _closed = true;
        ulong one = 1;
        _ = SystemCalls.Write(_wake, ref one, sizeof(ulong));
        _thread.Join();
        _ = SystemCalls.Close(_wake);
        _ = SystemCalls.Close(_epoll);
    }

    private void Run()
    {
        while (!_closed)
        {
            int count = SystemCalls.EpollWait(_epoll, ref _ready[0], MostEvents, Timeout.Infinite);
            for (int i = 0; i < count; i++)
            {
                ref byte at = ref _ready[i * EventBytes];
                long token = Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref at, TokenAt));
                if (token != WakeToken && Find((int)token) is { } socket && socket.Token == token)
                {
                    socket.OnEvents(Unsafe.ReadUnaligned<uint>(ref at));
                }
            }
        }
    }

    private IReactorSocket? Find(int file)
    {
        IReactorSocket?[] sockets = Volatile.Read(ref _sockets);
        return file < sockets.Length ? Volatile.Read(ref sockets[file]) : null;
    }

    private void Set(int file, IReactorSocket? socket)
    {
        lock (_gate)
        {
            if (file >= _sockets.Length)
            {
                IReactorSocket?[] larger = new IReactorSocket?[Math.Max(file + 1, _sockets.Length * 2)];
                _sockets.CopyTo(larger, 0);
                Volatile.Write(ref _sockets, larger);
            }

            Volatile.Write(ref _sockets[file], socket);
        }
    }

    private void Control(int operation, int file, long token, uint events)
    {
        Span<byte> wanted = stackalloc byte[16];
        Unsafe.WriteUnaligned(ref wanted[0], events);
        Unsafe.WriteUnaligned(ref wanted[TokenAt], token);
        SystemCalls.Check(SystemCalls.EpollControl(_epoll, operation, file, ref wanted[0]));
    }
}
