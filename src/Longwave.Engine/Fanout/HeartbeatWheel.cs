using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Timer wheel of a shard: its subscribers, in as many buckets as there are ticks in a heartbeat interval; each tick handles one bucket. One timer
/// serves all connections. Shard thread only.
/// </summary>
internal sealed class HeartbeatWheel
{
    private const int MaxBuckets = 128;

    /// <summary>
    /// Number of consecutively opened streams in the same bucket. Their state, and that of the kernel, is close together in memory.
    /// </summary>
    private const int Neighbours = 64;

    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest tick, whatever the heartbeat interval: a stream ends within a second after its token has expired.</summary>
    private static readonly TimeSpan LongestTick = TimeSpan.FromMilliseconds(500);

    private readonly EngineOptions _options;
    private readonly TimeProvider _clock;
    private readonly List<Subscriber>[] _buckets;
    private int _now;
    private bool _draining;
    private long _drainStart;
    private int _isTickPosted;

    public HeartbeatWheel(EngineOptions options, TimeProvider clock)
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

    /// <summary>
    /// Posts a tick, unless the shard has not handled the previous one yet, so that the mailbox of a busy shard contains at most one tick. From any
    /// thread.
    /// </summary>
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
        subscriber.WheelIndex = bucket.Count;
        bucket.Add(subscriber);
    }

    public void Remove(Subscriber subscriber)
    {
        List<Subscriber> bucket = Bucket(subscriber);
        Subscriber last = bucket[^1];
        bucket[subscriber.WheelIndex] = last;
        last.WheelIndex = subscriber.WheelIndex;
        bucket.RemoveAt(bucket.Count - 1);
        subscriber.WheelIndex = -1;
    }

    /// <summary>Copies the subscribers that match a predicate into a new list, so that the caller can change their state.</summary>
    public List<Subscriber> Where(Func<Subscriber, bool> kind) => [.. _buckets.SelectMany(static bucket => bucket).Where(kind)];

    /// <summary>Lets the timer post the next tick. Shard thread only.</summary>
    public void AcceptTick() => Volatile.Write(ref _isTickPosted, 0);

    /// <summary>Handles the next bucket: closes the streams that are due and sends heartbeats to the others.</summary>
    public void Tick(Action<Subscriber> heartbeat)
    {
        // Before the work, so that a tick during the work is posted.
        AcceptTick();
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
            // While draining, every tick checks all buckets, not only the current one, so that streams end on time.
            Array.ForEach(_buckets, bucket => bucket.ForEach(subscriber => IsLeaving(subscriber, timestamp)));
        }
    }

    /// <summary>Sets the end of each subscriber to a random time in the drain window.</summary>
    public void Drain()
    {
        _draining = true;
        _drainStart = _clock.GetTimestamp();
        foreach (Subscriber subscriber in _buckets.SelectMany(static bucket => bucket))
        {
            LeaveIn(subscriber, _options.DrainWindow * Random.Shared.NextDouble(), CloseReason.Drain);
        }
    }

    /// <summary>
    /// Random reconnection time for a client whose stream the hub ends, in milliseconds. The reconnection times of a drain are after the
    /// expected restart, spread over the length of the window.
    /// </summary>
    public int ReconnectMs(CloseReason reason)
    {
        (TimeSpan least, TimeSpan most) = (_options.RetryMin, _options.RetryMax);
        if (reason == CloseReason.Drain)
        {
            least = _options.UntilRestart(_clock.GetElapsedTime(_drainStart));
            most = least + _options.DrainWindow;
        }

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
