using Longwave.Engine.Configuration;

namespace Longwave.Engine.Log;

/// <summary>
/// The newest events of the log, in memory: a ring that the writer alone fills and empties, and that any thread reads without a lock.
/// Places are numbered by a sequence of their own, without holes, where offsets may have holes.
/// </summary>
/// <remarks>
/// It is the one queue of the fan-out: a shard, a catch-up reader and a slow subscriber each hold a place in it. A reader that finds a
/// place empty or taken by a later event has been overtaken and goes to storage.
/// <para>
/// Memory order. The writer appends in the order slot, <c>_end</c>, and evicts in the order <c>_base</c>, <c>_first</c>, slot. Each is a release
/// store, each read an acquire load, so a reader that sees one of them sees all that were stored before it:
/// </para>
/// <list type="bullet">
/// <item>A reader that sees <c>_end = e</c> sees the slots of all events before <c>e</c>: an empty one among them was evicted.</item>
/// <item>A reader that sees <c>_first = f</c> sees a <c>_base</c> of at least the offset of event <c>f - 1</c>. It must read <c>_first</c> before
/// <c>_base</c>; read the other way round, evictions in between let it skip events (see <see cref="Find"/>).</item>
/// <item>A slot says which event it holds (<see cref="LoggedEvent.Sequence"/> is set before the slot is stored), so a reader never takes one event for another.</item>
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

    /// <summary>An empty tail behind a log that ends at <paramref name="start"/>.</summary>
    /// <param name="limits">How much it keeps.</param>
    /// <param name="start">Offset of the newest event that is only in storage.</param>
    public HotTail(HubLimits limits, long start)
    {
        // Room beyond what should stay: what the index does not have yet may not leave, and a commit comes in whole.
        int room = Math.Max(limits.HotTailEvents, limits.MaxRequestEvents + limits.MaxCommitEvents);
        int capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(limits.HotTailEvents + room));
        (_ring, _mask, _maxEvents, _maxBytes) = (new LoggedEvent?[capacity], capacity - 1, limits.HotTailEvents, limits.HotTailBytes);
        _base = start;
    }

    /// <summary>Every event after this offset is here; those up to it are in storage, if anywhere.</summary>
    public long Base => Volatile.Read(ref _base);

    /// <summary>Sequence of the oldest event.</summary>
    public long First => Volatile.Read(ref _first);

    /// <summary>Sequence after the newest event.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>True when the oldest event should leave.</summary>
    public bool IsOver => _end - _first > _maxEvents || _bytes > _maxBytes;

    /// <summary>The event at a sequence, or null when it has left (or is not there yet).</summary>
    public LoggedEvent? this[long sequence]
    {
        get
        {
            LoggedEvent? found = Volatile.Read(ref _ring[sequence & _mask]);
            return found is not null && found.Sequence == sequence ? found : null;
        }
    }

    /// <summary>Of the writer.</summary>
    public void Append(LoggedEvent added)
    {
        added.Sequence = _end;
        _bytes += added.Size;
        Volatile.Write(ref _ring[_end & _mask], added);
        Volatile.Write(ref _end, _end + 1);
    }

    /// <summary>The oldest event. Of the writer; the tail must not be empty.</summary>
    public LoggedEvent Oldest => _ring[_first & _mask]!;

    /// <summary>Lets the oldest event go. Of the writer.</summary>
    public void Evict()
    {
        _bytes -= Oldest.Size;
        Volatile.Write(ref _base, Oldest.Offset);
        Volatile.Write(ref _first, _first + 1);
        Volatile.Write(ref _ring[(_first - 1) & _mask], null);
    }

    /// <summary>Sequence of the first event after <paramref name="offset"/>, or -1 when some of those have left already.</summary>
    public long Find(long offset)
    {
        while (true)
        {
            // First before Base: a Base of at most `offset` then means that every event before `low` has an offset of at most `offset`, so
            // the search from `low` on skips none. Evictions after these two reads show as an empty slot, and the search starts again.
            // That ends: each eviction raises Base, and only the events up to `offset` can leave before it is too high.
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
