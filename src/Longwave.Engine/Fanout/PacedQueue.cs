using System.Diagnostics.CodeAnalysis;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Paced subscribers of a shard for which events wait, next due first: a binary heap in which each subscriber stores its index, and one timer for all
/// of them. A subscriber is in the list at most once, so the number of connections bounds it. Shard thread only.
/// </summary>
internal sealed class PacedQueue : IDisposable
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _clock;
    private readonly Action _wake;
    private readonly ITimer _timer;
    private readonly List<Subscriber> _heap = [];
    private long _armedFor;
    private volatile bool _armed;

    /// <summary>Creates an empty list. The timer is created here, so that a turn of the shard allocates nothing.</summary>
    public PacedQueue(TimeProvider clock, Action wake)
    {
        (_clock, _wake) = (clock, wake);
        _timer = clock.CreateTimer(static list => ((PacedQueue)list!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsEmpty => _heap.Count == 0;

    /// <summary>Adds a subscriber for which an event waits; no effect if it is in the list.</summary>
    public void Add(Subscriber subscriber)
    {
        if (subscriber.DeliveryInterval!.Place < 0)
        {
            _heap.Add(subscriber);
            Up(_heap.Count - 1, subscriber);
        }
    }

    public void Remove(Subscriber subscriber)
    {
        int place = subscriber.DeliveryInterval!.Place;
        if (place < 0)
        {
            return;
        }

        subscriber.DeliveryInterval.Place = -1;
        Subscriber last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (last != subscriber)
        {
            Up(place, last);
            Down(last.DeliveryInterval!.Place, last);
        }
    }

    /// <summary>Removes the next subscriber that is due, and sets the time of its following delivery.</summary>
    public bool TryTake(long now, [NotNullWhen(true)] out Subscriber? due)
    {
        due = IsEmpty ? null : _heap[0];
        if (due is null || due.DeliveryInterval!.Due > now)
        {
            due = null;
            return false;
        }

        Remove(due);
        due.DeliveryInterval.Due = now + (long)(due.DeliveryInterval.Interval.TotalSeconds * _clock.TimestampFrequency);
        return true;
    }

    /// <summary>Sets the timer that wakes the shard when the next subscriber is due.</summary>
    public void Arm(long now)
    {
        if (IsEmpty)
        {
            return;
        }

        long due = _heap[0].DeliveryInterval!.Due;
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

    private void Up(int place, Subscriber subscriber)
    {
        for (int above = (place - 1) / 2; place > 0 && _heap[above].DeliveryInterval!.Due > subscriber.DeliveryInterval!.Due; above = (place - 1) / 2)
        {
            Put(place, _heap[above]);
            place = above;
        }

        Put(place, subscriber);
    }

    private void Down(int place, Subscriber subscriber)
    {
        for (int below = (2 * place) + 1; below < _heap.Count; below = (2 * place) + 1)
        {
            if (below + 1 < _heap.Count && _heap[below + 1].DeliveryInterval!.Due < _heap[below].DeliveryInterval!.Due)
            {
                below++;
            }

            if (_heap[below].DeliveryInterval!.Due >= subscriber.DeliveryInterval!.Due)
            {
                break;
            }

            Put(place, _heap[below]);
            place = below;
        }

        Put(place, subscriber);
    }

    private void Put(int place, Subscriber subscriber)
    {
        _heap[place] = subscriber;
        subscriber.DeliveryInterval!.Place = place;
    }
}
