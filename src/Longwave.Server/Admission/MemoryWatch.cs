using Longwave.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Admission;

/// <summary>Tells when so much memory is in use that the hub should take nothing new, rather than be killed with all its streams.</summary>
/// <remarks>It looks when it is asked, a few times a second at most. What it finds may be garbage, so it also has that collected, now and then.</remarks>
internal sealed partial class MemoryWatch(LongwaveOptions options, TimeProvider clock, ILogger<MemoryWatch> logger)
{
    /// <summary>Between two looks.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two collections, which stop the process for a moment.</summary>
    private static readonly TimeSpan CollectInterval = TimeSpan.FromSeconds(10);

    /// <summary>It ends this far below where it began, so that the hub does not change its mind with every request.</summary>
    private const double Hysteresis = 0.05;

    private readonly double _most = options.Server.Admission.MaxMemoryShare;
    private long _lastLook = long.MinValue;
    private long _lastCollection = long.MinValue;
    private volatile bool _isShort;

    /// <summary>Where the figures come from; a test brings its own.</summary>
    public Func<MemoryUse> Read { get; set; } = MemoryUse.Read;

    /// <summary>Collects garbage; a test counts.</summary>
    public Action Collect { get; set; } = static () => ThreadPool.UnsafeQueueUserWorkItem(
        static _ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true), null);

    /// <summary>Whether new streams and publishes should be refused.</summary>
    public bool IsShort
    {
        get
        {
            if (_most > 0 && Passed(ref _lastLook, LookInterval))
            {
                Look();
            }

            return _isShort;
        }
    }

    private void Look()
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

    /// <summary>True for one caller when the interval is over.</summary>
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
