using Longwave.Engine.Configuration;

namespace Longwave.Engine.Log;

/// <summary>
/// The newest events of the log, in memory: a ring that only the writer thread changes and that any thread reads without a lock. A sequence numbers
/// the slots without gaps, whereas offsets can have gaps.
/// </summary>
/// <remarks>
/// The hot tail is the only queue of the fan-out: each shard, catch-up reader and slow subscriber has its own sequence in it. A reader that finds a
/// slot empty or with a later event was overtaken, and reads storage.
/// <para>
/// Memory order. The writer appends in the order slot, <c>_end</c>, and evicts in the order <c>_base</c>, <c>_first</c>, slot. Each write is a
/// release store and each read an acquire load, so a reader that sees one of these writes sees all earlier ones:
/// </para>
/// <list type="bullet">
/// <item>A reader that sees <c>_end = e</c> sees the slots of all events before <c>e</c>; an empty one among them was evicted.</item>
/// <item>A reader that sees <c>_first = f</c> sees a <c>_base</c> of at least the offset of event <c>f - 1</c>. It must read <c>_first</c> before
/// <c>_base</c>; in the other order, evictions in between would let it skip events (see <see cref="Find"/>).</item>
/// <item>A slot identifies its event (<see cref="LoggedEvent.Sequence"/> is set before the slot is stored), so a reader never mistakes one event for
/// another.</item>
/// </list>
/// </remarks>
internal sealed class HotTail
{
    private readonly LoggedEvent?[] _ring;
    private readonly int _mask;
    private readonly int _maxEvents;
    private readonly long _maxBytes;
    private long _bytes;
    private long _base;
    private long _first;
    private long _end;

    /// <summary>Creates an empty tail for a log that ends at <paramref name="start"/>.</summary>
    /// <param name="limits">Limits of the hub.</param>
    /// <param name="start">Offset of the newest event that is only in storage.</param>
    public HotTail(HubLimits limits, long start)
    {
        // Room beyond the limits: events that are not indexed yet can't be evicted, and a commit is added as a whole.
        int room = Math.Max(limits.HotTailEvents, limits.MaxRequestEvents + limits.MaxCommitEvents);
        int capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(limits.HotTailEvents + room));
        (_ring, _mask, _maxEvents, _maxBytes) = (new LoggedEvent?[capacity], capacity - 1, limits.HotTailEvents, limits.HotTailBytes);
        _base = start;
    }

    /// <summary>Offset after which every event is here. Events up to it are in storage, unless they were removed.</summary>
    public long Base => Volatile.Read(ref _base);

    /// <summary>Number of events. For any thread.</summary>
    public long Count => Math.Max(0, End - First);

    /// <summary>Size of the events, in bytes. For any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Sequence of the oldest event.</summary>
    public long First => Volatile.Read(ref _first);

    /// <summary>Sequence after the newest event.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Whether the oldest event should be evicted.</summary>
    public bool IsOver => _end - _first > _maxEvents || _bytes > _maxBytes;

    /// <summary>The event at a sequence; null if it was evicted or does not exist yet.</summary>
    public LoggedEvent? this[long sequence]
    {
        get
        {
            LoggedEvent? found = Volatile.Read(ref _ring[sequence & _mask]);
            return found is not null && found.Sequence == sequence ? found : null;
        }
    }

    /// <summary>Adds an event. Writer thread only.</summary>
    public void Append(LoggedEvent added)
    {
        added.Sequence = _end;
        _bytes += added.Size;
        Volatile.Write(ref _ring[_end & _mask], added);
        Volatile.Write(ref _end, _end + 1);
    }

    /// <summary>The oldest event. Writer thread only; the tail must not be empty.</summary>
    public LoggedEvent Oldest => _ring[_first & _mask]!;

    /// <summary>Evicts the oldest event. Writer thread only.</summary>
    public void Evict()
    {
        _bytes -= Oldest.Size;
        Volatile.Write(ref _base, Oldest.Offset);
        Volatile.Write(ref _first, _first + 1);
        Volatile.Write(ref _ring[(_first - 1) & _mask], null);
    }

    /// <summary>Offset of the newest event that is older than a time; null if there is none. Writer thread only.</summary>
    public long? NewestBefore(long timeUnixMs)
    {
        long low = _first, high = _end;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            (low, high) = _ring[middle & _mask]!.TimeUnixMs < timeUnixMs ? (middle + 1, high) : (low, middle);
        }

        return low == _first ? null : _ring[(low - 1) & _mask]!.Offset;
    }

    /// <summary>Sequence of the first event after <paramref name="offset"/>; -1 if some of these events were evicted.</summary>
    public long Find(long offset)
    {
        while (true)
        {
            // First is read before Base: a Base of at most `offset` then means that every event before `low` has an offset of at most `offset`, so
            // the search from `low` on skips none. An eviction after these two reads shows as an empty slot, and the search starts again.
            // The loop ends: each eviction raises Base, and after the events up to `offset` are evicted, Base is too high.
            long low = First;
            if (offset < Base)
            {
                return -1;
            }

            long high = End;
            bool overtaken = false;
            while (low < high && !overtaken)
            {
                long middle = low + ((high - low) / 2);
                LoggedEvent? probe = this[middle];
                overtaken = probe is null;
                (low, high) = probe is not null && probe.Offset <= offset ? (middle + 1, high) : (low, middle);
            }

            if (!overtaken)
            {
                return low;
            }
        }
    }
}
