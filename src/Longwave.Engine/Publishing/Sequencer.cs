using System.Diagnostics;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Publishing;

/// <summary>Step 2 of the path of an event: decides the offset and the time of each event, and whether it is a repeat. Writer thread only.</summary>
/// <remarks>
/// <para>
/// It is deterministic: a decision depends on the requests before, on the time that it is given with a request and on the window of
/// idempotency keys. It reads no clock, no configuration of topics and no storage, and where one batch ends and the next begins changes
/// nothing. So every hub that reads the same records gives them the same positions and finds the same repeats.
/// </para>
/// <para>
/// This class is the seam for a log that something else orders. Here the order is that of the queue, an offset is the last one plus one, and
/// the time is the hub's. A sequencer that follows a broker, another hub or a database takes its place with the same three methods: it takes
/// requests in the order of the upstream, derives offset and time from the upstream's record, and puts the position of the record into
/// <see cref="AppendBatch.SourcePosition"/>. What a hub may refuse by its own limits is refused before (<see cref="CommitLoop"/>),
/// because a record of the upstream can't be refused.
/// </para>
/// </remarks>
internal sealed class Sequencer
{
    private readonly uint _epoch;
    private readonly TopicTable _topics;
    private readonly IdempotencyTable _keys;
    private long _committedOffset;
    private long _committedTime;
    private long _offset;
    private long _time;
    private int _newKeys;

    /// <summary>A sequencer that goes on where a log ends.</summary>
    /// <param name="epoch">Identity of the log.</param>
    /// <param name="topics">The topics; new ones are added.</param>
    /// <param name="keys">The keys of the log's events.</param>
    /// <param name="lastOffset">Offset of the newest event.</param>
    /// <param name="lastTimeUnixMs">Time of the newest event.</param>
    public Sequencer(uint epoch, TopicTable topics, IdempotencyTable keys, long lastOffset, long lastTimeUnixMs)
    {
        (_epoch, _topics, _keys) = (epoch, topics, keys);
        (_committedOffset, _committedTime) = (_offset, _time) = (lastOffset, lastTimeUnixMs);
    }

    /// <summary>The decisions since the last commit.</summary>
    public AppendBatch Batch { get; } = new();

    /// <summary>Decides about a request, and adds its new events to the batch.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeUnixMs">When it came. Times of events never run backwards: an earlier one than the last event's is replaced by that.</param>
    /// <returns>Where each event stands once the batch is committed.</returns>
    public PublishedEvent[] Sequence(PublishRequest request, long timeUnixMs)
    {
        long time = Math.Max(_time, timeUnixMs);
        var published = new PublishedEvent[request.Count];
        for (int i = 0; i < published.Length; i++)
        {
            Publication publication = request[i];
            IdempotencyKey? key = _keys.IsOn ? publication.Key : null;
            published[i] = key is { } known && _keys.TryGet(known, time, out long first)
                ? new PublishedEvent(new Position(_epoch, first), Duplicate: true)
                : new PublishedEvent(Add(publication.Event, key, time), Duplicate: false);
        }

        if (request.SourcePosition is { } source)
        {
            Batch.SetSource(source, _time);
        }

        return published;
    }

    /// <summary>The batch is in the log.</summary>
    public void Committed()
    {
        (_committedOffset, _committedTime, _newKeys) = (_offset, _time, 0);
        _keys.Trim(_time);
        Batch.Clear();
    }

    /// <summary>Nothing of the batch is in the log: decides from here on as if it had not come.</summary>
    public void RolledBack()
    {
        _keys.Undo(_newKeys);
        (_offset, _time, _newKeys) = (_committedOffset, _committedTime, 0);
        Batch.Clear();
    }

    private Position Add(Event e, IdempotencyKey? key, long time)
    {
        // Only an event moves the time: a hub that reads the log after a restart finds the times of its events, and decides as one that ran on.
        _time = time;
        var position = new Position(_epoch, ++_offset);
        Topic[] alternates = e.Alternates.Count == 0 ? [] : [.. e.Alternates.Select(TopicOf)];
        Debug.Assert(alternates.Distinct().Count() == alternates.Length && !e.Alternates.Contains(e.Topic), "A request names no topic of an event twice.");
        Batch.Entries.Add(new AppendEntry(new LoggedEvent(e, TopicOf(e.Topic), alternates, position, _time), key));
        if (key is { } added)
        {
            _keys.Remember(added, position.Offset, _time);
            _newKeys++;
        }

        return position;
    }

    private Topic TopicOf(string name) => _topics.TryGet(name, out Topic? topic) ? topic : _topics.Add(name);
}
