using Longwave.Engine.Health;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Admission;

/// <summary>Decides when memory is short, so that the hub rejects new work instead of being killed with all its streams.</summary>
/// <remarks>
/// Requests sample the used memory, at most a few times per second. Used memory may be garbage or free memory of the heap, so a shortage begins
/// with a collection that returns memory to the system, and the next sample counts only what is held. While the shortage lasts, a timer repeats the
/// collection and the sample: the shortage ends soon after the memory is free, also without a request.
/// </remarks>
internal sealed partial class MemoryWatch(LongwaveOptions options, BackgroundLoops loops, TimeProvider clock, ILogger<MemoryWatch> logger) : IDisposable
{
    /// <summary>Shortest time between two samples.</summary>
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Shortest time between two collections, which pause the process.</summary>
    private static readonly TimeSpan CollectInterval = TimeSpan.FromSeconds(1);

    /// <summary>Shortest time between two log lines about a new shortage.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    /// <summary>Collections take at most one part in this number of the time: a heap that is really in use takes long to collect.</summary>
    private const int CollectionShare = 10;

    /// <summary>Hysteresis: the shortage ends this far below the limit, so that the state does not change with every request.</summary>
    private const double Hysteresis = 0.05;

    private readonly double _most = options.Server.Admission.MaxMemoryShare;
    private readonly LogThrottle _lines = new(LogInterval, clock);

    // Guards the change of _isShort together with its log line, _timer and _isLogged.
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _isLogged;
    private long _lastSample = long.MinValue;
    private int _isCollecting;
    private volatile bool _isShort;

    /// <summary>Source of the figures; replaced by tests.</summary>
    public Func<MemoryUse> Read { get; set; } = MemoryUse.Read;

    /// <summary>Collects garbage and returns memory to the system; replaced by tests.</summary>
    public Action Collect { get; set; } = static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    /// <summary>Whether the hub must reject new streams and publishes.</summary>
    public bool IsShort
    {
        get
        {
            if (_most > 0 && IsSampleDue())
            {
                Sample();
            }

            return _isShort;
        }
    }

    /// <summary>Records that an allocation failed: memory is short until a collection has shown otherwise.</summary>
    public void NoteFailedAllocation()
    {
        lock (_gate)
        {
            Change_NeedsLock(true, Read());
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
        }
    }

    private void Sample()
    {
        MemoryUse use = Read();
        lock (_gate)
        {
            Change_NeedsLock(use.UsedBytes > (_isShort ? _most - Hysteresis : _most) * use.AvailableBytes, use);
        }
    }

    private void Change_NeedsLock(bool isShort, MemoryUse use)
    {
        if (isShort == _isShort)
        {
            return;
        }

        _isShort = isShort;
        if (isShort)
        {
            _isLogged = _lines.TryTake(out _);
            if (_isLogged)
            {
                LogShort(use.UsedBytes >> 20, use.AvailableBytes >> 20);
            }

            _timer ??= loops.StartTimer("longwave-memory", Relieve, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
        else if (_isLogged)
        {
            LogEnough(use.UsedBytes >> 20, use.AvailableBytes >> 20);
        }
    }

    /// <summary>Collects and samples; again after a pause while memory is short.</summary>
    private void Relieve()
    {
        // A shortage that ends and begins again starts the timer during a collection; that collection starts the timer again when it is over.
        if (Interlocked.Exchange(ref _isCollecting, 1) != 0)
        {
            return;
        }

        TimeSpan pause = CollectInterval;
        try
        {
            long start = clock.GetTimestamp();
            Collect();
            TimeSpan longer = clock.GetElapsedTime(start) * CollectionShare;
            pause = longer > pause ? longer : pause;
            Sample();
        }
        finally
        {
            Volatile.Write(ref _isCollecting, 0);
            if (_isShort)
            {
                _timer!.Change(pause, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>True for exactly one caller after each interval.</summary>
    private bool IsSampleDue()
    {
        long before = Volatile.Read(ref _lastSample);
        long now = clock.GetTimestamp();
        return (before == long.MinValue || clock.GetElapsedTime(before, now) >= SampleInterval)
            && Interlocked.CompareExchange(ref _lastSample, now, before) == before;
    }

    [LoggerMessage(EventId = 2300, Level = LogLevel.Warning, Message = "Short of memory ({UsedMb} of {AvailableMb} MB): new streams and publishes are rejected, open streams continue")]
    private partial void LogShort(long usedMb, long availableMb);

    [LoggerMessage(EventId = 2301, Level = LogLevel.Information, Message = "Enough memory again ({UsedMb} of {AvailableMb} MB): new streams and publishes are accepted")]
    private partial void LogEnough(long usedMb, long availableMb);
}
