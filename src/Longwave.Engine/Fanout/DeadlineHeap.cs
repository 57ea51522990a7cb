using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Subscribers ordered by deadline, nearest first. Each subscriber stores its index in the heap, so that an update or a removal takes O(log n) steps
/// and leaves no stale entry. Shard thread only.
/// </summary>
internal sealed class DeadlineHeap
{
    private readonly List<Subscriber> _heap = [];

    public int Count => _heap.Count;

    /// <summary>The subscriber with the nearest deadline. The heap must not be empty.</summary>
    public Subscriber First => _heap[0];

    /// <summary>Adds a subscriber, or moves it to its new deadline.</summary>
    public void Set(Subscriber subscriber, long deadline)
    {
        if (subscriber.DeadlineIndex < 0)
        {
            subscriber.DeadlineIndex = _heap.Count;
            _heap.Add(subscriber);
        }

        subscriber.DeadlineUnixMs = deadline;
        Down(Up(subscriber.DeadlineIndex));
    }

    /// <summary>Removes a subscriber, if it is in the heap.</summary>
    public void Remove(Subscriber subscriber)
    {
        int place = subscriber.DeadlineIndex;
        if (place < 0)
        {
            return;
        }

        Subscriber last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        subscriber.DeadlineIndex = -1;
        if (!ReferenceEquals(last, subscriber))
        {
            Put(place, last);
            Down(Up(place));
        }
    }

    private int Up(int place)
    {
        while (place > 0 && _heap[place].DeadlineUnixMs < _heap[(place - 1) / 2].DeadlineUnixMs)
        {
            Swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }

        return place;
    }

    private void Down(int place)
    {
        for (int child = (2 * place) + 1; child < _heap.Count; child = (2 * place) + 1)
        {
            if (child + 1 < _heap.Count && _heap[child + 1].DeadlineUnixMs < _heap[child].DeadlineUnixMs)
            {
                child++;
            }

            if (_heap[place].DeadlineUnixMs <= _heap[child].DeadlineUnixMs)
            {
                return;
            }

            Swap(place, child);
            place = child;
        }
    }

    private void Swap(int a, int b)
    {
        Subscriber kept = _heap[a];
        Put(a, _heap[b]);
        Put(b, kept);
    }

    private void Put(int place, Subscriber subscriber)
    {
        _heap[place] = subscriber;
        subscriber.DeadlineIndex = place;
    }
}
