using System.Numerics;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Access;

/// <summary>
/// Cache of one reader's decisions by topic. Shards and catch-up readers read it without a lock. It starts empty, because most readers read one or
/// two topics, and there are very many readers.
/// </summary>
/// <remarks>
/// Memory order. A table is filled before it is stored in <c>_slots</c>, and a decision is complete before it is stored in its slot. Both stores are
/// releases, so a lookup that sees one sees all of it. A lookup in a table that was replaced meanwhile can miss newer decisions, which are then
/// computed again. A slot is never emptied or changed, so a probe that ends at an empty slot has missed only later additions.
/// </remarks>
internal sealed class TopicDecisions
{
    /// <summary>Maximum number of cached topics. Beyond it the cache is emptied, and decisions are computed again.</summary>
    public const int MaxTopics = 4_096;

    private const int FirstSlots = 4;

    // Guards the writing of _slots and _count.
    private readonly Lock _gate = new();

    private TopicDecision?[] _slots = [];
    private int _count;

    /// <summary>The decision about a topic, or null if it is not cached.</summary>
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

    /// <summary>Caches a decision and returns it.</summary>
    public TopicDecision Add(TopicDecision decision)
    {
        lock (_gate)
        {
            if (_count >= MaxTopics)
            {
                Volatile.Write(ref _slots, []);
                _count = 0;
            }

            // At most half full, so that an unsuccessful lookup ends soon.
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

    /// <summary>
    /// Stores a decision. Two threads may have decided the same concurrently; the second one occupies another slot, which no lookup reaches.
    /// </summary>
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
