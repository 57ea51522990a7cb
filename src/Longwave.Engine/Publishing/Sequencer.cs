using System.Diagnostics;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Publishing;

/// <summary>Step 2 of the path of an event: decides the offset and the time of each event, and whether it is a repeat. Writer thread only.</summary>
/// <remarks>
/// <para>
/// The sequencer is deterministic: a decision depends only on the previous requests, on the time passed with a request and on the window of
/// idempotency keys. It reads no clock, no configuration of topics and no storage, and the boundaries of batches have no effect. So every hub that
/// reads the same records assigns the same positions and finds the same repeats.
/// </para>
/// <para>
/// This class is the extension point for a log that an external system orders. Here the order is that of the queue, an offset is the previous one
/// plus one, and the time is that of the hub. A sequencer that follows a broker, another hub or a database replaces this class with the same three
/// methods: it accepts requests in the order of the upstream, derives offset and time from the upstream's record, and stores the position of the
/// record in <see cref="AppendBatch.SourcePosition"/>. Limits of this hub are checked before (<see cref="CommitLoop"/>), because a record of the
/// upstream can't be rejected. For the same reason it accepts what follows the completion of a topic: retention, which differs between hubs, removes
/// completions.
/// </para>
/// </remarks>
internal sealed class Sequencer
{
    private readonly uint _epoch;
    private readonly TopicTable _topics;
    private readonly IdempotencyTable _keys;
    private readonly List<Topic> _created = [];
    private readonly Dictionary<string, long> _completed = new(StringComparer.Ordinal);
    private long _committedOffset;
    private long _committedTime;
    private long _offset;
    private long _time;
    private int _newKeys;

    /// <summary>Creates a sequencer that continues at the end of a log.</summary>
    /// <param name="epoch">Epoch of the log.</param>
    /// <param name="topics">The topics; new ones are added.</param>
    /// <param name="keys">Keys of the events in the log.</param>
    /// <param name="lastOffset">Offset of the newest event.</param>
    /// <param name="lastTimeUnixMs">Time of the newest event, in milliseconds since the Unix epoch.</param>
    public Sequencer(uint epoch, TopicTable topics, IdempotencyTable keys, long lastOffset, long lastTimeUnixMs)
    {
        (_epoch, _topics, _keys) = (epoch, topics, keys);
        (_committedOffset, _committedTime) = (_offset, _time) = (lastOffset, lastTimeUnixMs);
    }

    /// <summary>Decisions since the last commit.</summary>
    public AppendBatch Batch { get; } = new();

    /// <summary>Topics that were added for events since the last commit.</summary>
    public IReadOnlyList<Topic> Created => _created;

    /// <summary>Decides about a request and adds its new events to the batch.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeUnixMs">Time of arrival. Times of events never decrease: a time before that of the newest event is replaced by it.</param>
    /// <returns>Location of each event after the batch is committed.</returns>
    public PublishedEvent[] Sequence(PublishRequest request, long timeUnixMs)
    {
        long time = Math.Max(_time, timeUnixMs);
        var published = new PublishedEvent[request.Count];
        for (int i = 0; i < published.Length; i++)
        {
            Publication publication = request[i];
            published[i] = FindFirst(publication, time) is { } first
                ? new PublishedEvent(new Position(_epoch, first), Duplicate: true)
                : new PublishedEvent(Add(publication.Event, _keys.IsOn ? publication.Key : null, time), Duplicate: false);
        }

        if (request.SourcePosition is { } source)
        {
            Batch.SetSource(source, _time);
        }

        return published;
    }

    /// <summary>Whether an event is a repeat of one in the log or in the batch.</summary>
    /// <param name="publication">The event.</param>
    /// <param name="timeUnixMs">Time of arrival.</param>
    public bool IsRepeat(in Publication publication, long timeUnixMs) => FindFirst(publication, Math.Max(_time, timeUnixMs)) is not null;

    /// <summary>Offset of the event that completed a topic, in the log or in the batch; null while the topic is open.</summary>
    public long? CompletedAt(string topic) =>
        _completed.TryGetValue(topic, out long pending) ? pending
        : _topics.TryGet(topic, out Topic? found) && found.IsComplete ? found.CompletedAt
        : null;

    /// <summary>Accepts the decisions, after the batch is in the log.</summary>
    public void Committed()
    {
        _completed.Clear();
        (_committedOffset, _committedTime, _newKeys) = (_offset, _time, 0);
        _keys.Trim(_time);
        _created.Clear();
        Batch.Clear();
    }

    /// <summary>Discards the decisions, after the batch was rolled back. Later decisions ignore it.</summary>
    public void RolledBack()
    {
        _keys.Undo(_newKeys);
        _completed.Clear();
        (_offset, _time, _newKeys) = (_committedOffset, _committedTime, 0);
        _created.Clear();
        Batch.Clear();
    }

    /// <summary>
    /// Offset of the event that a publication repeats: the one with the same key, or the completion of a topic that is complete. Null if it is new.
    /// </summary>
    private long? FindFirst(in Publication publication, long time) =>
        _keys.IsOn && publication.Key is { } key && _keys.TryGet(key, time, out long first) ? first
        : publication.Event.IsCompletion ? CompletedAt(publication.Event.Topic)
        : null;

    private Position Add(Event e, IdempotencyKey? key, long time)
    {
        // Only an event advances the time. After a restart a hub finds the time of the newest event in the log, and decides like a hub that ran
        // without interruption.
        _time = time;
        var position = new Position(_epoch, ++_offset);
        Topic[] alternates = e.Alternates.Count == 0 ? [] : [.. e.Alternates.Select(TopicOf)];
        Debug.Assert(alternates.Distinct().Count() == alternates.Length && !e.Alternates.Contains(e.Topic), "A request names no topic of an event twice.");
        Batch.Entries.Add(new AppendEntry(new LoggedEvent(e, TopicOf(e.Topic), alternates, position, _time), key));
        if (e.IsCompletion)
        {
            _completed[e.Topic] = position.Offset;
        }

        if (key is { } added)
        {
            _keys.Remember(added, position.Offset, _time);
            _newKeys++;
        }

        return position;
    }

    private Topic TopicOf(string name)
    {
        if (!_topics.TryGet(name, out Topic? topic))
        {
            topic = _topics.Add(name);
            _created.Add(topic);
        }

        return topic;
    }
}
