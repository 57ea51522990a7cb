using System.Threading.RateLimiting;
using Longwave.Server.Configuration;

namespace Longwave.Server.Admission;

/// <summary>What one client takes just now. Who holds it counts in <see cref="ClientTable{TKey}"/>, which keeps it as long.</summary>
internal sealed class ClientUsage : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly int _maxStreams;
    private readonly TokenBucketRateLimiter? _openings;
    private readonly TokenBucketRateLimiter? _events;
    private readonly TokenBucketRateLimiter? _bytes;
    private int _streams;

    public ClientUsage(ClientLimits limits)
    {
        _maxStreams = limits.MaxStreams;
        _openings = Bucket(limits.StreamsPerSecond, limits.StreamBurst);
        _events = Bucket(limits.EventsPerSecond, limits.EventBurst);
        _bytes = Bucket(limits.BytesPerSecond, limits.ByteBurst);
    }

    /// <summary>Open streams.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Requests and streams that hold this. Of the table.</summary>
    internal int Holders { get; set; }

    /// <summary>When it was last let go, as a timestamp of the clock. Of the table.</summary>
    internal long LastUse { get; set; }

    /// <summary>Counts one more stream; false, and nothing counted, when there are as many as there may be.</summary>
    public bool TryOpenStream()
    {
        if (Interlocked.Increment(ref _streams) <= _maxStreams || _maxStreams == 0)
        {
            return true;
        }

        Interlocked.Decrement(ref _streams);
        return false;
    }

    /// <summary>One stream less.</summary>
    public void CloseStream() => Interlocked.Decrement(ref _streams);

    /// <summary>Takes the opening of one stream from its rate: null, or how long it takes until there is one.</summary>
    public TimeSpan? TakeOpening() => Take(_openings, 1);

    /// <summary>Takes events from their rate: null, or how long it takes until there are so many.</summary>
    public TimeSpan? TakeEvents(int count) => Take(_events, count);

    /// <summary>Takes bytes from their rate: null, or how long it takes until there are so many.</summary>
    public TimeSpan? TakeBytes(int count) => Take(_bytes, count);

    public void Dispose()
    {
        _openings?.Dispose();
        _events?.Dispose();
        _bytes?.Dispose();
    }

    /// <summary>Refilled when it is asked, not by a timer: there may be very many of them.</summary>
    private static TokenBucketRateLimiter? Bucket(int perSecond, int burst) => perSecond == 0 ? null : new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = burst,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = Period,
        AutoReplenishment = false,
        QueueLimit = 0,
    });

    private static TimeSpan? Take(TokenBucketRateLimiter? bucket, int count)
    {
        if (bucket is null)
        {
            return null;
        }

        bucket.TryReplenish();
        using RateLimitLease lease = bucket.AttemptAcquire(count);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? wait
            : Period;
    }
}
