using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Longwave.Engine.Health;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Epoll;

/// <summary>One thread that waits for events of its share of the sockets (epoll(7), edge-triggered) and dispatches them.</summary>
/// <remarks>
/// A descriptor is registered with epoll once for its lifetime; parking a stream changes only the entry of the table. An edge during parking
/// is not lost, because the new owner of a socket tries to read or write before it waits.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed partial class Reactor : IDisposable
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
    private readonly EpollWait _wait;
    private readonly ILogger _logger;

    // Indexed by descriptor. The kernel assigns the lowest free number, so the limit of open files bounds the length.
    private IReactorSocket?[] _sockets = new IReactorSocket?[1_024];
    private int _generation;
    private volatile bool _closed;

    /// <summary>Starts the thread.</summary>
    /// <param name="number">Number of the reactor, part of its thread's name.</param>
    /// <param name="loops">Watches the thread.</param>
    /// <param name="logger">Logs failures of sockets.</param>
    /// <param name="wait">Another epoll_wait(2), for a test; null for the system's.</param>
    public Reactor(int number, BackgroundLoops loops, ILogger logger, EpollWait? wait = null)
    {
        (_logger, _wait) = (logger, wait ?? SystemCalls.WaitForEvents);
        if (Control(SystemCalls.EpollAdd, _wake, WakeToken, SystemCalls.EpollIn) is not 0 and int error)
        {
            throw new SocketException(error);
        }

        _thread = loops.StartThread($"longwave-reactor-{number}", Run);
    }

    /// <summary>epoll_wait(2) without a time-out: the number of events, or the error as a negative number.</summary>
    internal delegate int EpollWait(int epoll, Span<byte> ready, int most);

    /// <summary>Creates a token for a descriptor, different from all earlier tokens of that descriptor.</summary>
    public long NewToken(int file) => ((long)Interlocked.Increment(ref _generation) << 32) | (uint)file;

    /// <summary>Starts watching a descriptor, both directions, edge-triggered. Returns 0, or the error of epoll_ctl(2) if the descriptor is not watched.</summary>
    public int TryAdd(int file, IReactorSocket socket)
    {
        Set(file, socket);
        int error = Control(SystemCalls.EpollAdd, file, socket.Token, SystemCalls.EpollIn | SystemCalls.EpollOut | SystemCalls.EpollReadHangUp | SystemCalls.EpollEdge);
        if (error != 0)
        {
            Set(file, null);
        }

        return error;
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
            int count = _wait(_epoll, _ready, MostEvents);
            if (count < 0 && -count != SystemCalls.Interrupted)
            {
                // The descriptor or the buffer is invalid: the next wait would fail in the same way, and this loop would spin.
                throw new SocketException(-count);
            }

            for (int i = 0; i < count; i++)
            {
                ref byte at = ref _ready[i * EventBytes];
                long token = Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref at, TokenAt));
                if (token != WakeToken && Find((int)token) is { } socket && socket.Token == token)
                {
                    Dispatch(socket, Unsafe.ReadUnaligned<uint>(ref at));
                }
            }
        }
    }

    /// <summary>If the handler of one socket throws, the events of the others are still handled.</summary>
    private void Dispatch(IReactorSocket socket, uint events)
    {
        try
        {
            socket.OnEvents(events);
        }
        catch (Exception failed)
        {
            LogSocketFailed(failed);
            try
            {
                socket.OnFailure();
            }
            catch (Exception again)
            {
                LogSocketFailed(again);
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

    /// <summary>epoll_ctl(2): 0, or the error.</summary>
    private int Control(int operation, int file, long token, uint events)
    {
        Span<byte> wanted = stackalloc byte[16];
        Unsafe.WriteUnaligned(ref wanted[0], events);
        Unsafe.WriteUnaligned(ref wanted[TokenAt], token);
        return SystemCalls.EpollControl(_epoll, operation, file, ref wanted[0]) >= 0 ? 0 : SystemCalls.LastError;
    }

    [LoggerMessage(EventId = 2202, Level = LogLevel.Error, Message = "The events of a socket could not be handled; it is closed")]
    private partial void LogSocketFailed(Exception failed);
}
