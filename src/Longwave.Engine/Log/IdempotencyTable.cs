using System.Numerics;
using System.Security.Cryptography;

namespace Longwave.Engine.Log;

/// <summary>
/// Idempotency keys within the window, each with the offset of its first event. Writer thread only. Storage also has them, in the transaction of
/// their events.
/// </summary>
/// <remarks>
/// A key expires by the times of events and by the number of later keys, never by a clock. So two logs with the same events in the same order have
/// the same keys, whenever they are read. The keys of an uncommitted batch are already in the table, and <see cref="Undo"/> removes them; for that
/// reason an expired key stays until <see cref="Trim"/>.
/// A ring has the keys by age, and a hash table with open addressing has indexes into the ring: about 40 bytes per key, where a dictionary with a
/// queue needs more than twice as much. Both are arrays without references, which the garbage collector does not scan. At most 2^30 keys.
/// </remarks>
internal sealed class IdempotencyTable(TimeSpan window, int maxKeys)
{
    private const int FirstCapacity = 1_024;
    private const int SlotsPerKey = 2;

    private readonly long _windowMs = (long)window.TotalMilliseconds;

    // Keys are digests of values that publishers choose. Without a secret factor, a publisher could choose keys that all hash to one slot.
    private readonly ulong _factor = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
    private Remembered[] _ring = new Remembered[FirstCapacity];

    /// <summary>Index in the ring plus one; zero is a free slot.</summary>
    private int[] _slots = new int[FirstCapacity * SlotsPerKey];

    /// <summary>
    /// Keys since the last trim that replaced an expired key in its slot, and that expired key. Both are indexes from the oldest, which neither
    /// growth nor an undo changes.
    /// </summary>
    private readonly Stack<(int Index, int Earlier)> _displaced = [];
    private int _oldest;

    public bool IsOn => _windowMs > 0 && maxKeys > 0;

    public int Count { get; private set; }

    /// <summary>Offset up to which keys are forgotten, so that storage can delete them.</summary>
    public long ForgottenThrough { get; private set; }

    /// <summary>Finds the offset of a remembered event with this key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeUnixMs">Time of the event that has the key now.</param>
    /// <param name="offset">Offset of the first event with the key.</param>
    public bool TryGet(IdempotencyKey key, long timeUnixMs, out long offset)
    {
        int place = _slots[SlotOf(key.Hash)] - 1;
        bool isKnown = place >= 0 && IsAlive(place, timeUnixMs);
        offset = isKnown ? _ring[place].Offset : 0;
        return isKnown;
    }

    /// <summary>Adds a key that <see cref="TryGet"/> does not find. Times must not decrease.</summary>
    public void Remember(IdempotencyKey key, long offset, long timeUnixMs)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        int place = PlaceOf(Count);
        _ring[place] = new Remembered(key.Hash, offset, timeUnixMs);
        int slot = SlotOf(key.Hash);
        if (_slots[slot] != 0)
        {
            _displaced.Push((Count, IndexOf(_slots[slot] - 1)));
        }

        _slots[slot] = place + 1;
        Count++;
    }

    /// <summary>Removes the newest keys, because the transaction of their events was rolled back.</summary>
    public void Undo(int keys)
    {
        for (; keys > 0; keys--)
        {
            Count--;
            int slot = SlotOf(_ring[PlaceOf(Count)].Key);
            if (_displaced.TryPeek(out (int Index, int Earlier) displaced) && displaced.Index == Count)
            {
                // An earlier event has the same key. The key had expired by the number of later keys, and is valid again.
                _slots[slot] = PlaceOf(displaced.Earlier) + 1;
                _displaced.Pop();
            }
            else
            {
                Free(slot);
            }
        }
    }

    /// <summary>Removes expired keys. Call only between batches, when every key belongs to a committed event.</summary>
    /// <param name="timeUnixMs">Time of the newest event.</param>
    public void Trim(long timeUnixMs)
    {
        _displaced.Clear();
        while (Count > 0 && !IsAlive(_oldest, timeUnixMs))
        {
            Forget();
        }
    }

    private bool IsAlive(int place, long timeUnixMs)
    {
        int sameAndNewer = Count - IndexOf(place);
        return sameAndNewer <= maxKeys && timeUnixMs - _ring[place].TimeUnixMs < _windowMs;
    }

    private void Forget()
    {
        Remembered oldest = _ring[_oldest];
        int slot = SlotOf(oldest.Key);

        // If the key was used again after its window, the slot belongs to the later event.
        if (_slots[slot] == _oldest + 1)
        {
            Free(slot);
        }

        _oldest = (_oldest + 1) & (_ring.Length - 1);
        Count--;
        ForgottenThrough = oldest.Offset;
    }

    /// <summary>Slot of the key, or the free slot to insert it.</summary>
    private int SlotOf(UInt128 key)
    {
        int slot = Home(key);
        while (_slots[slot] != 0 && _ring[_slots[slot] - 1].Key != key)
        {
            slot = Next(slot);
        }

        return slot;
    }

    /// <summary>Frees a slot and moves up the following entries that would no longer be found.</summary>
    private void Free(int slot)
    {
        for (int next = Next(slot); _slots[next] != 0; next = Next(next))
        {
            // The entry at next can move to the free slot unless its home slot lies between the two.
            int mask = _slots.Length - 1;
            int home = Home(_ring[_slots[next] - 1].Key);
            if (((next - home) & mask) >= ((next - slot) & mask))
            {
                _slots[slot] = _slots[next];
                slot = next;
            }
        }

        _slots[slot] = 0;
    }

    private void Grow()
    {
        var larger = new Remembered[_ring.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = _ring[PlaceOf(i)];
        }

        (_ring, _oldest, _slots) = (larger, 0, new int[larger.Length * SlotsPerKey]);
        for (int place = 0; place < Count; place++)
        {
            _slots[SlotOf(_ring[place].Key)] = place + 1;
        }
    }

    private int PlaceOf(int index) => (_oldest + index) & (_ring.Length - 1);

    private int IndexOf(int place) => (place - _oldest) & (_ring.Length - 1);

    private int Home(UInt128 key) => (int)(((ulong)key * _factor) >> (64 - BitOperations.Log2((uint)_slots.Length)));

    private int Next(int slot) => (slot + 1) & (_slots.Length - 1);

    private readonly record struct Remembered(UInt128 Key, long Offset, long TimeUnixMs);
}
