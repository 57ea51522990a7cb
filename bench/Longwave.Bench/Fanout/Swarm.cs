using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Longwave.Bench.Load;

namespace Longwave.Bench.Fanout;

/// <summary>Thousands of streams of one server and who publishes to it, served by one thread. Every event of every stream is checked: none may be missing, doubled or out of order.</summary>
internal sealed partial class Swarm : IDisposable
{
    /// <summary>Streams that are opened before the first of them must be greeted; below the backlog of every server.</summary>
    private const int OpenAtOnce = 256;

    /// <summary>As the number of the first event: whichever comes first, and from then on each that follows.</summary>
    public const int AnyFirst = -1;

    /// <summary>Send times that are remembered: more than any workload has in flight.</summary>
    private const int RememberedEvents = 1 << 16;

    /// <summary>A server that moves nothing for so long has lost something.</summary>
    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(30);

    private readonly Epoll _epoll = new();
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly int[] _numbers = new int[256 * 1024 / EventNumbers.Digits];
    private readonly long[] _sentAt = new long[RememberedEvents];
    private readonly List<Socket> _sockets = [];
    private StreamReading[] _readings = [];
    private int[] _next = [];
    private readonly List<Publisher> _publishers = [];

    /// <param name="next">The number of the first event that is published.</param>
    public Swarm(int next = 0) => Next = next;

    public int Count => _sockets.Count;

    /// <summary>Streams whose response has begun.</summary>
    public int Greeted { get; private set; }

    /// <summary>Events that all streams together were given.</summary>
    public long Delivered { get; private set; }

    /// <summary>The number of the next event.</summary>
    public int Next { get; private set; }

    /// <summary>Bytes that all streams together were sent, heads and heartbeats included.</summary>
    public long BytesRead { get; private set; }

    /// <summary>When the last delivery came, as <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long LastDeliveryAt { get; private set; }

    /// <summary>Times from sending an event until a stream had it, when not null.</summary>
    public Latencies? Latencies { get; set; }

    /// <summary>Opens streams and waits until each is greeted.</summary>
    /// <param name="port">Of the server.</param>
    /// <param name="path">Of the stream with the index that is given.</param>
    /// <param name="count">How many more.</param>
    /// <param name="first">The number of the event that each must get first.</param>
    /// <param name="lastEventId">Where they resume, or null.</param>
    /// <param name="meanwhile">Called between two steps, to publish.</param>
    public void Open(int port, Func<int, string> path, int count, int first, string? lastEventId = null, Action? meanwhile = null)
    {
        int target = Count + count;
        Array.Resize(ref _readings, target);
        Array.Resize(ref _next, target);
        while (Count < target)
        {
            for (int upTo = Math.Min(target, Greeted + OpenAtOnce); Count < upTo;)
            {
                Add(Request(port, path(Count), lastEventId), first);
            }

            Turn(TimeSpan.Zero);
            meanwhile?.Invoke();
        }

        RunUntil(() => Greeted == target, "opening streams", meanwhile);
    }

    /// <summary>The connection that <see cref="Publish"/> uses from now on; its owner disposes it.</summary>
    public void Use(Publisher publisher)
    {
        _publishers.Add(publisher);

        // Streams have their index as tag, so publishers have what no index is.
        _epoll.Add(publisher.Socket, -_publishers.Count);
    }

    /// <summary>Sends the next event; the publisher must be idle.</summary>
    public void Publish()
    {
        _sentAt[Next % RememberedEvents] = Stopwatch.GetTimestamp();
        _publishers[^1].Send(Next++);
    }

    /// <summary>Replaces a stream with a new one.</summary>
    public void Replace(int stream, Socket socket)
    {
        Greeted -= _readings[stream].IsGreeted ? 1 : 0;
        (_readings[stream], _next[stream], _sockets[stream]) = (default, AnyFirst, socket);
        _epoll.Add(socket, stream);
    }

    /// <summary>The socket of a stream.</summary>
    public Socket this[int stream] => _sockets[stream];

    /// <summary>The number of the event that a stream waits for; negative when it had none yet and may get any.</summary>
    public int NextOf(int stream) => _next[stream];

    /// <summary>Serves the streams until <paramref name="done"/>.</summary>
    /// <exception cref="BenchFailedException">Nothing came for a long time.</exception>
    public void RunUntil(Func<bool> done, string what, Action? meanwhile = null)
    {
        long began = Stopwatch.GetTimestamp();
        while (!done())
        {
            Turn(meanwhile is null ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromMilliseconds(1));
            meanwhile?.Invoke();
            CheckStall(began, what);
        }
    }

    /// <summary>Fails when neither the beginning nor the last delivery was lately.</summary>
    public void CheckStall(long began, string what)
    {
        if (Stopwatch.GetElapsedTime(Math.Max(began, LastDeliveryAt)) > StallTime)
        {
            throw new BenchFailedException($"Nothing came for {StallTime.TotalSeconds} s while {what}: {Greeted:N0} of {Count:N0} streams, {Delivered:N0} deliveries of {(long)Next * Count:N0}.");
        }
    }

    /// <summary>Waits for bytes once and reads what is there.</summary>
    public void Turn(TimeSpan patience)
    {
        int ready = _epoll.Wait(patience);
        for (int i = 0; i < ready; i++)
        {
            int tag = _epoll.Ready(i).Tag;
            if (tag < 0)
            {
                _publishers[-tag - 1].OnReadable();
            }
            else
            {
                Read(tag);
            }
        }
    }

    /// <summary>Cuts every stream off, as a network does: by a reset, so that no port waits for stragglers.</summary>
    public void Dispose()
    {
        _sockets.ForEach(Cut);
        _epoll.Dispose();
    }

    /// <summary>Closes a connection by a reset.</summary>
    public static void Cut(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    /// <summary>A connection that has asked for a stream.</summary>
    public static Socket Request(int port, string path, string? lastEventId, int receiveBufferBytes = 0)
    {
        string resume = lastEventId is null ? "" : $"Last-Event-ID: {lastEventId}\r\n";
        Socket socket = StreamSocket.Connect(port, receiveBufferBytes);
        socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n{resume}\r\n"));
        socket.Blocking = false;
        return socket;
    }

    private void Add(Socket socket, int first)
    {
        _next[Count] = first;
        _epoll.Add(socket, Count);
        _sockets.Add(socket);
    }

    private void Read(int stream)
    {
        nint received = Receive((int)_sockets[stream].Handle, ref _buffer[0], _buffer.Length, 0);
        if (received <= 0)
        {
            throw new BenchFailedException($"Stream {stream} of {Count} ended before its time.");
        }

        BytesRead += received;
        ref StreamReading reading = ref _readings[stream];
        bool greeted = reading.IsGreeted;
        int found = reading.Take(_buffer.AsSpan(0, (int)received), _numbers);
        Greeted += greeted != reading.IsGreeted ? 1 : 0;
        if (found > 0)
        {
            Check(stream, _numbers.AsSpan(0, found));
        }
    }

    private void Check(int stream, ReadOnlySpan<int> numbers)
    {
        LastDeliveryAt = Stopwatch.GetTimestamp();
        ref int next = ref _next[stream];
        foreach (int number in numbers)
        {
            if (number != next && next != AnyFirst)
            {
                throw new BenchFailedException($"Stream {stream} got event {number} instead of event {next}.");
            }

            next = number + 1;
            Latencies?.Add((long)((LastDeliveryAt - _sentAt[number % RememberedEvents]) * 1e6 / Stopwatch.Frequency));
        }

        Delivered += numbers.Length;
    }

    [LibraryImport("libc", EntryPoint = "recv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Receive(int socket, ref byte buffer, nint bytes, int flags);
}
