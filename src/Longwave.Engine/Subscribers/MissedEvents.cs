using Longwave.Engine.Configuration;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Sorts out, while a range of the log is looked through, which of its events a subscriber that missed them is still to get. Reused from
/// range to range, so it costs nothing per subscriber; for one thread.
/// </summary>
/// <remarks>
/// The policy of an event's first topic decides: catch up keeps it, conflate keeps it unless a newer one of the same topic and key is in the
/// range, skip notes its place for the gap notice, disconnect ends the stream whatever the others say. The policies hold for a subscriber
/// that was slow. One that asked for conflation by itself gets the newest per key of everything that waits for it, slow or not.
/// </remarks>
internal sealed class MissedEvents(int most)
{
    private readonly Dictionary<(int Topic, string? Key), int> _newest = [];
    private readonly List<long> _places = [];
    private Subscriber _subscriber = null!;

    /// <summary>How many more events one pass looks at: as many as it may hold keys.</summary>
    public int Room { get; private set; }

    /// <summary>The number of places, those of superseded events included.</summary>
    public int Count => _places.Count;

    /// <summary>The place of a noted event, in the order of the log, or -1 when a newer one has superseded it.</summary>
    public long this[int index] => _places[index];

    public void Begin(Subscriber subscriber)
    {
        _newest.Clear();
        _places.Clear();
        (_subscriber, Room) = (subscriber, most);
    }

    /// <summary>Takes the next event of the range that the subscriber asked for.</summary>
    /// <param name="place">What <see cref="this"/> says of it: where the caller finds it again.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="topic">Its first topic.</param>
    /// <param name="key">Its key, or null.</param>
    public void Note(long place, long offset, Topic topic, string? key)
    {
        Room--;
        SlowConsumer policy = _subscriber.IsSlow ? topic.Policy.SlowConsumer : SlowConsumer.CatchUp;
        if (policy == SlowConsumer.Skip)
        {
            Skip(offset);
            return;
        }

        _subscriber.IsTooSlow |= policy == SlowConsumer.Disconnect;
        if (policy == SlowConsumer.Conflate || _subscriber.Request.Conflate)
        {
            if (_newest.TryGetValue((topic.Id, key), out int older))
            {
                _places[older] = -1;
            }

            _newest[(topic.Id, key)] = _places.Count;
        }

        _places.Add(place);
    }

    private void Skip(long offset)
    {
        // A range may be looked through again when not all that was kept of it could be sent; what is told is told once.
        if (offset <= _subscriber.SkippedThrough)
        {
            return;
        }

        if (_subscriber.SkippedAfter < 0)
        {
            _subscriber.SkippedAfter = offset - 1;
        }

        _subscriber.SkippedThrough = offset;
    }
}
