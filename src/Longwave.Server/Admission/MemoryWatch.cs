using Longwave.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Admission;

/// <summary>Decides when memory is short, so that the hub rejects new work instead of being killed with all its streams.</summary>
/// <remarks>It samples on request, at most a few times per second. Used memory may be garbage, so it also triggers a collection at intervals.</remarks>
internal sealed partial class MemoryWatch(LongwaveOptions options, TimeProvider clock, ILogger<MemoryWatch> logger)
{
    /// <summary>Shortest time between two samples.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Shortest time between two collections, which pause the process.</summary>
    private static readonly TimeSpan CollectInterval = TimeSpan.FromSeconds(10);

    /// <summary>Hysteresis: the shortage ends this far below the limit, so that the state does not change with every request.</summary>
    private const double Hysteresis = 0.05;

    private readonly double _most = options.Server.Admission.MaxMemoryShare;
    private long _lastLook = long.MinValue;
    private long _lastCollection = long.MinValue;
    private volatile bool _isShort;

    /// <summary>Source of the figures; replaced by tests.</summary>
    public Func<MemoryUse> Read { get; set; } = MemoryUse.Read;

    /// <summary>Collects garbage; replaced by tests.</summary>
    public Action Collect { get; set; } = static () => ThreadPool.UnsafeQueueUserWorkItem(
        static _ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true), null);

    /// <summary>Whether the hub must reject new streams and publishes.</summary>
    public bool IsShort
    {
        get
        {
            if (_most > 0 && Passed(ref _lastLook, LookInterval))
            {
                Sample();
            }

            return _isShort;
        }
    }

    private void Sample()
    {
        MemoryUse use = Read();
        bool was = _isShort;
        bool now = use.UsedBytes > (was ? _most - Hysteresis : _most) * use.AvailableBytes;
        _isShort = now;
        if (now && Passed(ref _lastCollection, CollectInterval))
        {
            Collect();
        }

        if (now != was)
        {
            (now ? (Action<long, long>)LogShort : LogEnough)(use.UsedBytes >> 20, use.AvailableBytes >> 20);
        }
    }

    /// <summary>True for exactly one caller after each interval.</summary>
    private bool Passed(ref long last, TimeSpan interval)
    {
        long before = Volatile.Read(ref last);
        long now = clock.GetTimestamp();
        return (before == long.MinValue || clock.GetElapsedTime(before, now) >= interval)
            && Interlocked.CompareExchange(ref last, now, before) == before;
    }

    [LoggerMessage(EventId = 2300, Level = LogLevel.Warning, Message = "Short of memory ({UsedMb} of {AvailableMb} MB): new streams and publishes are rejected, open streams continue")]
    private partial void LogShort(long usedMb, long availableMb);

    [LoggerMessage(EventId = 2301, Level = LogLevel.Information, Message = "Enough memory again ({UsedMb} of {AvailableMb} MB): new streams and publishes are accepted")]
    private partial void LogEnough(long usedMb, long availableMb);
}
