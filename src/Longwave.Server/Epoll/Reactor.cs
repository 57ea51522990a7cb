using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Longwave.Server.Epoll;

/// <summary>One thread that waits for events of its share of the sockets (epoll(7), edge-triggered) and dispatches them.</summary>
/// <remarks>
/// A descriptor is registered with epoll once for its lifetime; parking a stream changes only the entry of the table. An edge during parking
/// is not lost, because the new owner of a socket tries to read or write before it waits.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class Reactor : IDisposable
{
    private const int MostEvents = 512;
    private const int WakeToken = 0;

    /// <summary>Offset of the token in struct epoll_event, which is packed on x86 (12 bytes) and aligned elsewhere (16 bytes).</summary>
    private static readonly int TokenAt = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private static readonly int EventBytes = TokenAt + sizeof(long);

    private readonly int _epoll = SystemCalls.Check(SystemCalls.CreateEpoll());
    private readonly int _wake = SystemCalls.Check(SystemCalls.CreateEvent());
    private readonly byte[] _ready = new byte[EventBytes * MostEvents];

    // Guards writes to _sockets; the reactor thread reads without it. Order: a descriptor's first event comes after Add, and so after its entry
    // is stored. The thread reads the table for each event. From an older table or a replaced entry it gets a socket with another token, which it
    // ignores, or the connection from before parking, which forwards the event to its sink.
    private readonly Lock _gate = new();
    private readonly Thread _thread;

    // Indexed by descriptor. The kernel assigns the lowest free number, so the limit of open files bounds the length.
    private IReactorSocket?[] _sockets = new IReactorSocket?[1_024];
    private int _generation;
    private volatile bool _closed;

    public Reactor(int number)
    {
        Control(SystemCalls.EpollAdd, _wake, WakeToken, SystemCalls.EpollIn);
        _thread = new Thread(Run) { Name = $"longwave-reactor-{number}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Creates a token for a descriptor, different from every earlier one of the same number.</summary>
    public long NewToken(int file) => ((long)Interlocked.Increment(ref _generation) << 32) | (uint)file;

    /// <summary>Starts to watch a descriptor, in both directions, edge-triggered.</summary>
    public void Add(int file, IReactorSocket socket)
    {
        Set(file, socket);
        Control(SystemCalls.EpollAdd, file, socket.Token, SystemCalls.EpollIn | SystemCalls.EpollOut | SystemCalls.EpollReadHangUp | SystemCalls.EpollEdge);
    }

    /// <summary>Dispatches further events of a descriptor to another socket with the same token.</summary>
    public void Replace(int file, IReactorSocket socket) => Set(file, socket);

    /// <summary>Stops watching a descriptor. The caller closes it afterwards, which also removes it from epoll.</summary>
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
