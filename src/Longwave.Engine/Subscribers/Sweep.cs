using System.Runtime.InteropServices;
using Longwave.Engine.Log;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Events on their way to the plain subscribers of a selector, of which one after the other is visited, round and round: whoever is visited
/// gets all that has come by then. Of the shard's thread.
/// </summary>
/// <remarks>
/// An event that comes in the midst of a round is part of it from there on, and has reached everybody when the round comes to that place again.
/// So a burst costs a write for each subscriber, and no event waits for another's round to end.
/// </remarks>
internal sealed class Sweep(int mostEvents, long mostBytes)
{
    private readonly List<LoggedEvent> _events = [];

    // For each event, the count of visits at which everybody has it.
    private readonly List<long> _doneAt = [];
    private long _visits;
    private long _bytes;
    private int _place;

    /// <summary>Whose subscribers it visits.</summary>
    public RouteNode Node { get; private set; } = null!;

    /// <summary>Changes with the events; never the same twice.</summary>
    public long Version { get; private set; }

    public bool IsEmpty => _events.Count == 0;

    /// <summary>Nothing more should be added until the oldest event has reached everybody.</summary>
    public bool IsFull => _events.Count >= mostEvents || _bytes >= mostBytes;

    public int Count => _events.Count;

    /// <summary>Offset of the newest event.</summary>
    public long LastOffset { get; private set; }

    /// <summary>Its place in the hot tail.</summary>
    public long LastSequence { get; private set; }

    public void Begin(RouteNode node) => (Node, _place) = (node, 0);

    /// <summary>Another event for everybody. One that is here already is not added again: two of its topics lead here.</summary>
    public bool TryAdd(LoggedEvent added)
    {
        if (!IsEmpty && LastOffset == added.Offset)
        {
            return false;
        }

        _events.Add(added);
        _doneAt.Add(_visits + Node.Plain.ReadyCount);
        _bytes += added.Event.Data.Length;
        (LastOffset, LastSequence) = (added.Offset, added.Sequence);
        Version++;
        return true;
    }

    /// <summary>The next subscriber of the round; there must be one that is ready.</summary>
    public ref RouteMember Next()
    {
        Span<RouteMember> ready = Node.Plain.Ready;
        _place = _place < ready.Length ? _place : 0;
        return ref ready[_place];
    }

    /// <summary>The next subscriber was visited.</summary>
    /// <param name="stayed">
    /// False when it is not ready any more: the last one stands at its place now, and is next. That one may have had its visit in this round, so
    /// this one does not count.
    /// </param>
    /// <returns>How many events have reached everybody with that.</returns>
    public int Visited(bool stayed)
    {
        _place += stayed ? 1 : 0;
        _visits += stayed ? 1 : 0;
        return _doneAt[0] <= _visits ? RemoveDone() : 0;
    }

    /// <summary>One that has everything stands behind the others now: whoever comes after it in the round is one visit further away.</summary>
    public void Grow()
    {
        foreach (ref long doneAt in CollectionsMarshal.AsSpan(_doneAt))
        {
            doneAt++;
        }
    }

    /// <summary>Somebody who lacks something stands where the round may have been already: everybody is visited once more, which costs next to nothing for those that have everything.</summary>
    public void Restart() => CollectionsMarshal.AsSpan(_doneAt).Fill(_visits + Node.Plain.ReadyCount);

    /// <summary>Which event is the first that one with this cursor lacks.</summary>
    public int FirstAfter(long cursor)
    {
        int low = 0, high = _events.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _events[middle].Offset <= cursor ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The events from a place on.</summary>
    public ReadOnlySpan<LoggedEvent> From(int start) => CollectionsMarshal.AsSpan(_events)[start..];

    /// <summary>Forgets all events; returns how many there were.</summary>
    public int Clear() => Remove(_events.Count);

    private int RemoveDone()
    {
        int done = 1;
        while (done < _doneAt.Count && _doneAt[done] <= _visits)
        {
            done++;
        }

        return Remove(done);
    }

    private int Remove(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _bytes -= _events[i].Event.Data.Length;
        }

        _events.RemoveRange(0, count);
        _doneAt.RemoveRange(0, count);
        Version++;
        return count;
    }
}
