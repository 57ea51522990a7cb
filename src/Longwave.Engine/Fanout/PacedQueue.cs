using System.Diagnostics.CodeAnalysis;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Paced subscribers of a shard for which events wait, next due first, and one timer for all of them. A subscriber is in the queue at most once, so
/// the number of connections bounds it. Shard thread only.
/// </summary>
internal sealed class PacedQueue : IDisposable
{
    /// <summary>Maximum number of subscribers served in one turn; the next turn serves the rest.</summary>
    private const int ReleasesPerTurn = 256;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _clock;
    private readonly Action _wake;
    private readonly ITimer _timer;
    private readonly IndexedHeap<Subscriber> _waiting = new(static subscriber => ref subscriber.DeliveryInterval!.HeapIndex);
    private long _armedFor;
    private volatile bool _armed;

    /// <summary>Creates an empty queue. The timer is created here, so that a turn of the shard allocates nothing.</summary>
    public PacedQueue(TimeProvider clock, Action wake)
    {
        (_clock, _wake) = (clock, wake);
        _timer = clock.CreateTimer(static queue => ((PacedQueue)queue!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Adds a subscriber for which an event waits; no effect if it is in the queue.</summary>
    public void Add(Subscriber subscriber) => _waiting.Set(subscriber, subscriber.DeliveryInterval!.Due);

    public void Remove(Subscriber subscriber) => _waiting.Remove(subscriber);

    /// <summary>Passes subscribers that are due to an action, and sets the timer for the others.</summary>
    public void Release(Action<Subscriber> release)
    {
        if (IsEmpty)
        {
            return;
        }

        long now = _clock.GetTimestamp();
        for (int released = 0; released < ReleasesPerTurn && TryTake(now, out Subscriber? subscriber); released++)
        {
            release(subscriber);
        }

        Arm(now);
    }

    /// <summary>Removes the next subscriber that is due, and sets the time of its following delivery.</summary>
    public bool TryTake(long now, [NotNullWhen(true)] out Subscriber? due)
    {
        if (IsEmpty || _waiting.FirstKey > now)
        {
            due = null;
            return false;
        }

        due = _waiting.First;
        _waiting.Remove(due);
        DeliveryInterval interval = due.DeliveryInterval!;
        interval.Due = now + (long)(interval.Interval.TotalSeconds * _clock.TimestampFrequency);
        return true;
    }

    /// <summary>Sets the timer that wakes the shard when the next subscriber is due.</summary>
    public void Arm(long now)
    {
        if (IsEmpty)
        {
            return;
        }

        long due = _waiting.FirstKey;
        if (due <= now)
        {
            _wake();
        }
        else if (!_armed || due != _armedFor)
        {
            TimeSpan wait = _clock.GetElapsedTime(now, due);
            (_armed, _armedFor) = (true, due);
            _timer.Change(wait > ShortestWait ? wait : ShortestWait, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Timer callback, on a timer thread. The timer can fire a little early; the shard then sets it again.</summary>
    private void Fire()
    {
        // Cleared before the wake-up: the lock of the wake-up orders the two, so the turn that follows sees the cleared flag and sets the timer
        // again.
        // If the shard set the timer in between, it sets the timer once more, which is harmless.
        _armed = false;
        _wake();
    }
}
