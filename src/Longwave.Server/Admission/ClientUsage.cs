using System.Threading.RateLimiting;
using Longwave.Server.Configuration;
using Longwave.Server.Http;

namespace Longwave.Server.Admission;

/// <summary>Current usage of one client. <see cref="ClientTable{TKey}"/> counts its holders, and keeps it while there is one.</summary>
internal sealed class ClientUsage : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly int _maxStreams;
    private readonly TokenBucketRateLimiter? _openings;
    private readonly TokenBucketRateLimiter? _requests;
    private readonly TokenBucketRateLimiter? _events;
    private readonly TokenBucketRateLimiter? _bytes;
    private int _streams;

    /// <summary>Counts a client that has used nothing.</summary>
    /// <param name="limits">Limits of the client.</param>
    /// <param name="mostAnswerBytes">Maximum number of bytes of answers that the client has not received.</param>
    public ClientUsage(ClientLimits limits, long mostAnswerBytes)
    {
        Answers = new AnswerBudget(mostAnswerBytes);
        _maxStreams = limits.MaxStreams;
        _openings = Bucket(limits.StreamsPerSecond, limits.StreamBurst);
        _requests = Bucket(limits.RequestsPerSecond, limits.RequestBurst);
        _events = Bucket(limits.EventsPerSecond, limits.EventBurst);
        _bytes = Bucket(limits.BytesPerSecond, limits.ByteBurst);
    }

    /// <summary>Open streams.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Bytes of answers that the client has not received.</summary>
    public AnswerBudget Answers { get; }

    /// <summary>Pause after a rejected stream.</summary>
    public RejectionPause Rejections { get; } = new();

    /// <summary>Number of requests and streams that hold this usage. Guarded by the table's lock.</summary>
    internal int Holders { get; set; }

    /// <summary>Timestamp of the last return. Guarded by the table's lock.</summary>
    internal long LastUse { get; set; }

    /// <summary>Counts one more stream; false, without counting it, at the limit.</summary>
    public bool TryOpenStream()
    {
        if (Interlocked.Increment(ref _streams) <= _maxStreams || _maxStreams == 0)
        {
            return true;
        }

        Interlocked.Decrement(ref _streams);
        return false;
    }

    /// <summary>Counts one stream less.</summary>
    public void CloseStream() => Interlocked.Decrement(ref _streams);

    /// <summary>Takes one stream from the token bucket: null, or the time until one is available.</summary>
    public TimeSpan? TakeOpening() => Take(_openings, 1);

    /// <summary>Takes requests from the token bucket: null, or the time until that many are available.</summary>
    public TimeSpan? TakeRequests(int count) => Take(_requests, count);

    /// <summary>Takes events from the token bucket: null, or the time until that many are available.</summary>
    public TimeSpan? TakeEvents(int count) => Take(_events, count);

    /// <summary>Takes bytes from the token bucket: null, or the time until that many are available.</summary>
    public TimeSpan? TakeBytes(int count) => Take(_bytes, count);

    public void Dispose()
    {
        _openings?.Dispose();
        _requests?.Dispose();
        _events?.Dispose();
        _bytes?.Dispose();
    }

    /// <summary>A token bucket, refilled on access instead of by a timer, because there may be very many.</summary>
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
