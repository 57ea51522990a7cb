using System.Numerics;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Access;

/// <summary>
/// The decisions of one reader by topic. Read without a lock by every shard and catch-up reader; starts with nothing, because most readers
/// read one or two topics, and there are very many readers.
/// </summary>
/// <remarks>
/// Memory order. A table is filled before it is stored in <c>_slots</c>, and a decision is complete before it is stored in its slot; both stores
/// are releases, so a lookup that sees one sees all of it. A lookup in a table that was replaced meanwhile finds less than there is, and the
/// decision is worked out again. A slot is never emptied or changed, so a probe that stops at an empty slot has missed only what came after it began.
/// </remarks>
internal sealed class TopicDecisions
{
    /// <summary>Most topics remembered; then all are worked out anew.</summary>
    public const int MaxTopics = 4_096;

    private const int FirstSlots = 4;

    // Guards the writing of _slots and _count.
    private readonly Lock _gate = new();

    private TopicDecision?[] _slots = [];
    private int _count;

    /// <summary>The decision about a topic, or null when it was not met yet.</summary>
    public TopicDecision? Find(Topic topic)
    {
        TopicDecision?[] slots = Volatile.Read(ref _slots);
        int mask = slots.Length - 1;
        for (int i = 0; i <= mask; i++)
        {
            TopicDecision? found = Volatile.Read(ref slots[(topic.Id + i) & mask]);
            if (found is null || ReferenceEquals(found.Topic, topic))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Remembers a decision and returns it.</summary>
    public TopicDecision Add(TopicDecision decision)
    {
        lock (_gate)
        {
            if (_count >= MaxTopics)
            {
                Volatile.Write(ref _slots, []);
                _count = 0;
            }

            // At most half full, so that looking in vain ends soon.
            if (2 * (_count + 1) > _slots.Length)
            {
                Grow_NeedsLock();
            }

            Put(_slots, decision);
            _count++;
        }

        return decision;
    }

    private void Grow_NeedsLock()
    {
        var larger = new TopicDecision?[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(FirstSlots, 2 * (_count + 1)))];
        foreach (TopicDecision decision in _slots.OfType<TopicDecision>())
        {
            Put(larger, decision);
        }

        Volatile.Write(ref _slots, larger);
    }

    /// <summary>Two threads may have decided the same at once; the second takes a slot of its own, which no lookup reaches.</summary>
    private static void Put(TopicDecision?[] slots, TopicDecision decision)
    {
        int mask = slots.Length - 1;
        int at = decision.Topic.Id & mask;
        while (slots[at] is not null)
        {
            at = (at + 1) & mask;
        }

        Volatile.Write(ref slots[at], decision);
    }
}
