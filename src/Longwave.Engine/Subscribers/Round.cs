using System.Runtime.InteropServices;
using Longwave.Engine.Log;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Round over the shared subscribers of a selector: each visit sends every event that the subscriber lacks, in one write. Shard thread only.
/// </summary>
/// <remarks>
/// An event that arrives during a round joins it at the current subscriber, and is complete when the round reaches that subscriber again. So a burst
/// of events costs one write per subscriber, and no event waits for the round of another event to end.
/// </remarks>
internal sealed class Round(int mostEvents, long mostBytes)
{
    private readonly List<LoggedEvent> _events = [];

    // For each event, the number of visits after which every ready subscriber has it.
    private readonly List<long> _doneAt = [];
    private long _visits;
    private long _bytes;
    private int _index;

    /// <summary>The route whose subscribers are visited.</summary>
    public Route Route { get; private set; } = null!;

    /// <summary>Number of changes of the event list; never repeats.</summary>
    public long Version { get; private set; }

    public bool IsEmpty => _events.Count == 0;

    /// <summary>Whether no event may be added until every ready subscriber has the oldest one.</summary>
    public bool IsFull => _events.Count >= mostEvents || _bytes >= mostBytes;

    public int Count => _events.Count;

    /// <summary>Offset of the newest event.</summary>
    public long LastOffset { get; private set; }

    /// <summary>Sequence of the newest event in the hot tail.</summary>
    public long LastSequence { get; private set; }

    public void Begin(Route route) => (Route, _index) = (route, 0);

    /// <summary>Adds an event, once: two topics of an event can lead to the same route.</summary>
    public bool TryAdd(LoggedEvent added)
    {
        if (!IsEmpty && LastOffset == added.Offset)
        {
            return false;
        }

        _events.Add(added);
        _doneAt.Add(_visits + Route.Shared.ReadyCount);
        _bytes += added.Event.Data.Length;
        (LastOffset, LastSequence) = (added.Offset, added.Sequence);
        Version++;
        return true;
    }

    /// <summary>The next subscriber of the round. At least one must be ready.</summary>
    public ref RouteSlot Next()
    {
        Span<RouteSlot> ready = Route.Shared.Ready;
        _index = _index < ready.Length ? _index : 0;
        return ref ready[_index];
    }

    /// <summary>Records the visit of the next subscriber.</summary>
    /// <param name="stayed">
    /// False if the subscriber is no longer ready: the last ready one has moved to its index and is visited next. That one may already have been
    /// visited in this round, so the visit does not count.
    /// </param>
    /// <returns>Number of events that every ready subscriber has received with this visit.</returns>
    public int Visited(bool stayed)
    {
        _index += stayed ? 1 : 0;
        _visits += stayed ? 1 : 0;
        return _doneAt[0] <= _visits ? RemoveDone() : 0;
    }

    /// <summary>
    /// Adjusts the counts for a new subscriber at the end, which has all events: the end of the round is one visit later for every event.
    /// </summary>
    public void Grow()
    {
        foreach (ref long doneAt in CollectionsMarshal.AsSpan(_doneAt))
        {
            doneAt++;
        }
    }

    /// <summary>
    /// Restarts the round, because a subscriber that lacks events has moved to an index that the round may have passed. A visit of a subscriber that
    /// lacks nothing costs little.
    /// </summary>
    public void Restart() => CollectionsMarshal.AsSpan(_doneAt).Fill(_visits + Route.Shared.ReadyCount);

    /// <summary>Index of the first event that a subscriber with this position lacks.</summary>
    public int FirstAfter(long sentThrough)
    {
        int low = 0, high = _events.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _events[middle].Offset <= sentThrough ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Events from an index on.</summary>
    public ReadOnlySpan<LoggedEvent> From(int start) => CollectionsMarshal.AsSpan(_events)[start..];

    /// <summary>Removes all events; returns their number.</summary>
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
