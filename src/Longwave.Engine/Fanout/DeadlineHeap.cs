using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Subscribers ordered by deadline, the nearest first; each knows its place, so that one that renews or leaves costs a few steps and
/// leaves nothing behind. Of the shard's thread.
/// </summary>
internal sealed class DeadlineHeap
{
    private readonly List<Subscriber> _heap = [];

    public int Count => _heap.Count;

    /// <summary>The one with the nearest deadline; the heap must not be empty.</summary>
    public Subscriber First => _heap[0];

    /// <summary>Puts a subscriber where its deadline belongs, whether it is here already or not.</summary>
    public void Set(Subscriber subscriber, long deadline)
    {
        if (subscriber.DeadlinePlace < 0)
        {
            subscriber.DeadlinePlace = _heap.Count;
            _heap.Add(subscriber);
        }

        subscriber.DeadlineUnixMs = deadline;
        Down(Up(subscriber.DeadlinePlace));
    }

    /// <summary>Takes a subscriber out, if it is here.</summary>
    public void Remove(Subscriber subscriber)
    {
        int place = subscriber.DeadlinePlace;
        if (place < 0)
        {
            return;
        }

        Subscriber last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        subscriber.DeadlinePlace = -1;
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
        subscriber.DeadlinePlace = place;
    }
}
