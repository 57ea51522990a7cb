using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>
/// A timer wheel: all subscribers of a shard in as many buckets as there are ticks to a heartbeat, one bucket a tick. One timer for all
/// connections. Of the shard's thread.
/// </summary>
internal sealed class ShardTimer
{
    private const int MaxBuckets = 128;

    /// <summary>Streams that were opened one after the other and share a bucket: they lie side by side in memory, the kernel's part of them, too.</summary>
    private const int Neighbours = 64;

    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(250);

    /// <summary>However long the heartbeat is: a token that has expired ends its stream within a second.</summary>
    private static readonly TimeSpan LongestTick = TimeSpan.FromMilliseconds(500);

    private readonly EngineOptions _options;
    private readonly TimeProvider _clock;
    private readonly List<Subscriber>[] _buckets;
    private int _now;
    private bool _draining;
    private int _isTickPosted;

    public ShardTimer(EngineOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        int buckets = (int)Math.Clamp(options.Heartbeat / ShortestTick, 1, MaxBuckets);
        buckets = Math.Max(buckets, (int)Math.Ceiling(options.Heartbeat / LongestTick));
        _buckets = new List<Subscriber>[buckets];
        for (int i = 0; i < buckets; i++)
        {
            _buckets[i] = [];
        }

        TickInterval = options.Heartbeat / buckets;
    }

    public TimeSpan TickInterval { get; }

    /// <summary>Posts a tick, unless the last one was not handled yet: however long the shard is away, its mailbox has one. From any thread.</summary>
    public void PostTick(ShardInbox inbox)
    {
        if (Interlocked.Exchange(ref _isTickPosted, 1) == 0)
        {
            inbox.Post(new ShardMessage(ShardMessageKind.Tick));
        }
    }

    public void Add(Subscriber subscriber)
    {
        if (_options.MaxConnectionAge > TimeSpan.Zero)
        {
            LeaveIn(subscriber, _options.MaxConnectionAge * (0.9 + (0.2 * Random.Shared.NextDouble())), CloseReason.Age);
        }

        if (_draining)
        {
            LeaveIn(subscriber, TimeSpan.Zero, CloseReason.Drain);
        }

        List<Subscriber> bucket = Bucket(subscriber);
        subscriber.WheelPlace = bucket.Count;
        bucket.Add(subscriber);
    }

    public void Remove(Subscriber subscriber)
    {
        List<Subscriber> bucket = Bucket(subscriber);
        Subscriber last = bucket[^1];
        bucket[subscriber.WheelPlace] = last;
        last.WheelPlace = subscriber.WheelPlace;
        bucket.RemoveAt(bucket.Count - 1);
        subscriber.WheelPlace = -1;
    }

    /// <summary>All subscribers of a kind, as a list of their own: the caller may change what they are.</summary>
    public List<Subscriber> Where(Func<Subscriber, bool> kind) => [.. _buckets.SelectMany(static bucket => bucket).Where(kind)];

    /// <summary>Time has passed: ends what is due in the next bucket and gives the others their heartbeat.</summary>
    public void Tick(Action<Subscriber> heartbeat)
    {
        // Before the work: time that passes during it is another tick.
        Volatile.Write(ref _isTickPosted, 0);
        _now = (_now + 1) % _buckets.Length;
        long timestamp = _clock.GetTimestamp();
        foreach (Subscriber subscriber in _buckets[_now])
        {
            if (subscriber.IsBlocked && subscriber.State != SubscriberState.CatchingUp
                && _clock.GetElapsedTime(subscriber.BlockedSince, timestamp) > _options.StallTimeout)
            {
                subscriber.Close(subscriber.Backlog.IsTooSlow ? CloseReason.Slow : CloseReason.Stalled);
            }
            else if (!IsLeaving(subscriber, timestamp))
            {
                heartbeat(subscriber);
            }
        }

        if (_draining)
        {
            // Within the window every tick counts, not only that of the bucket.
            Array.ForEach(_buckets, bucket => bucket.ForEach(subscriber => IsLeaving(subscriber, timestamp)));
        }
    }

    /// <summary>Spreads the leaving of all subscribers over the drain window.</summary>
    public void Drain()
    {
        _draining = true;
        foreach (Subscriber subscriber in _buckets.SelectMany(static bucket => bucket))
        {
            LeaveIn(subscriber, _options.DrainWindow * Random.Shared.NextDouble(), CloseReason.Drain);
        }
    }

    /// <summary>When a client that is sent away is to come back, in milliseconds.</summary>
    public int ReconnectMs(CloseReason reason)
    {
        (TimeSpan least, TimeSpan most) = reason == CloseReason.Drain
            ? (TimeSpan.Zero, _options.DrainWindow)
            : (_options.RetryMin, _options.RetryMax);
        return (int)(least + ((most - least) * Random.Shared.NextDouble())).TotalMilliseconds;
    }

    private static bool IsLeaving(Subscriber subscriber, long timestamp)
    {
        if (timestamp < subscriber.LeaveAt)
        {
            return false;
        }

        subscriber.Close(subscriber.LeaveReason);
        return true;
    }

    private void LeaveIn(Subscriber subscriber, TimeSpan time, CloseReason reason)
    {
        subscriber.LeaveAt = _clock.GetTimestamp() + (long)(time.TotalSeconds * _clock.TimestampFrequency);
        subscriber.LeaveReason = reason;
    }

    private List<Subscriber> Bucket(Subscriber subscriber) => _buckets[subscriber.Id / Neighbours % _buckets.Length];
}
