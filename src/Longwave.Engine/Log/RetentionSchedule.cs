using System.Diagnostics.CodeAnalysis;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>
/// Topics that retention must examine, ordered by the time at which they are due. A topic from which nothing is due costs nothing. Writer thread only.
/// </summary>
/// <remarks>
/// A topic is listed at most once for each of four reasons, so the number of topics bounds the lists:
/// <list type="bullet">
/// <item>Age. Times never decrease along the log, so among topics with the same maximum age the one with the lowest first offset is due first. One
/// list per age, sorted by that offset. The first offset of a topic only rises, so a topic is examined too early at worst; it is then listed
/// again.</item>
/// <item>Size. A topic that exceeds its maximum count or size is due at once.</item>
/// <item>No events. The log forgets such a topic when its newest event is older than the maximum age, or was deleted.</item>
/// <item>Deleted events. A topic from which events were deleted on request is due at once.</item>
/// </list>
/// </remarks>
internal sealed class RetentionSchedule
{
    // One list per maximum age; the number of policies bounds their number.
    private readonly Dictionary<TimeSpan, PriorityQueue<Topic, long>> _byAge = [];
    private readonly Queue<Topic> _oversized = [];
    private readonly Queue<Topic> _deleted = [];
    private readonly PriorityQueue<Topic, long> _empty = new();
    private int _oversizedInPass;
    private int _deletedInPass;

    /// <summary>Lists a topic after its events changed, unless it is listed. Called for every event, so it must be cheap.</summary>
    public void Add(Topic topic)
    {
        if (topic.Count == 0)
        {
            if (!topic.IsListedAsEmpty)
            {
                topic.IsListedAsEmpty = true;
                _empty.Enqueue(topic, ForgottenFrom(topic));
            }

            return;
        }

        if (topic.HasDeletedEvents)
        {
            AddDeleted(topic);
        }

        if (!topic.IsListedByAge && topic.Policy.MaxAge > TimeSpan.Zero)
        {
            topic.IsListedByAge = true;
            ListOf(topic.Policy.MaxAge).Enqueue(topic, topic.First);
        }

        if (!topic.IsListedAsOversized && topic.IsOversized())
        {
            topic.IsListedAsOversized = true;
            _oversized.Enqueue(topic);
        }
    }

    /// <summary>Lists a topic from which events were deleted on request, also one that has no events left.</summary>
    public void AddDeleted(Topic topic)
    {
        if (!topic.IsListedAsDeleted)
        {
            topic.IsListedAsDeleted = true;
            _deleted.Enqueue(topic);
        }
    }

    /// <summary>
    /// Begins a pass. A topic that exceeds its size later waits for the next pass: one that is published to all the time would keep the pass running,
    /// with a transaction for each of its events. A deletion during the pass waits for the next one, too: the pass may have examined its events in the
    /// hot tail already.
    /// </summary>
    public void Begin() => (_oversizedInPass, _deletedInPass) = (_oversized.Count, _deleted.Count);

    /// <summary>Removes the next topic that is due from its list. Call <see cref="Add"/> after the topic was examined.</summary>
    /// <param name="nowUnixMs">Current time.</param>
    /// <param name="cutOffset">Offset up to which events are older than an age.</param>
    /// <param name="topic">The topic.</param>
    public bool TryTake(long nowUnixMs, Func<TimeSpan, long> cutOffset, [NotNullWhen(true)] out Topic? topic)
    {
        if (_deletedInPass > 0 && _deleted.TryDequeue(out topic))
        {
            _deletedInPass--;
            topic.IsListedAsDeleted = false;
            return true;
        }

        foreach ((TimeSpan age, PriorityQueue<Topic, long> list) in _byAge)
        {
            if (list.TryPeek(out topic, out long first) && first <= cutOffset(age))
            {
                list.Dequeue();
                topic.IsListedByAge = false;
                return true;
            }
        }

        if (_oversizedInPass > 0 && _oversized.TryDequeue(out topic))
        {
            _oversizedInPass--;
            topic.IsListedAsOversized = false;
            return true;
        }

        if (_empty.TryPeek(out topic, out long from) && from <= nowUnixMs)
        {
            _empty.Dequeue();
            topic.IsListedAsEmpty = false;
            return true;
        }

        topic = null;
        return false;
    }

    /// <summary>Time from which the log may forget a topic without events, in milliseconds since the Unix epoch.</summary>
    public static long ForgottenFrom(Topic topic) =>
        topic.TipTimeUnixMs == 0 || topic.IsDeleted || topic.Policy.MaxAge == TimeSpan.Zero ? 0 : topic.TipTimeUnixMs + (long)topic.Policy.MaxAge.TotalMilliseconds;

    private PriorityQueue<Topic, long> ListOf(TimeSpan age)
    {
        if (!_byAge.TryGetValue(age, out PriorityQueue<Topic, long>? list))
        {
            _byAge.Add(age, list = new PriorityQueue<Topic, long>());
        }

        return list;
    }
}
