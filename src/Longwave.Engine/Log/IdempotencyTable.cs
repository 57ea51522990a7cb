using System.Numerics;
using System.Security.Cryptography;

namespace Longwave.Engine.Log;

/// <summary>
/// The idempotency keys of the window, with the offsets of the events they first came with. Of the writer. Storage has them too, in the
/// same transaction as their events.
/// </summary>
/// <remarks>
/// A ring of the keys by age, and a hash table with open addressing that holds places of the ring: some 40 bytes a key where a dictionary
/// and a queue take more than twice that, and both are arrays that no collection has to walk through. At the most 2^30 keys.
/// </remarks>
internal sealed class IdempotencyTable(TimeSpan window, int maxKeys)
{
    private const int FirstCapacity = 1_024;
    private const int SlotsPerKey = 2;

    private readonly long _windowMs = (long)window.TotalMilliseconds;

    // Keys are digests of what publishers choose. Without a factor nobody knows they could choose keys that all fall on one slot.
    private readonly ulong _factor = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
    private Remembered[] _ring = new Remembered[FirstCapacity];

    /// <summary>Place in the ring plus one; zero is a free slot.</summary>
    private int[] _slots = new int[FirstCapacity * SlotsPerKey];
    private int _oldest;

    public bool IsOn => _windowMs > 0 && maxKeys > 0;

    public int Count { get; private set; }

    /// <summary>Keys up to this offset are forgotten: storage need not keep them.</summary>
    public long ForgottenThrough { get; private set; }

    public bool TryGet(IdempotencyKey key, out long offset)
    {
        int place = _slots[SlotOf(key.Hash)] - 1;
        offset = place < 0 ? 0 : _ring[place].Offset;
        return place >= 0;
    }

    public void Remember(IdempotencyKey key, long offset, long timeUnixMs)
    {
        if (Count >= maxKeys)
        {
            Forget();
        }

        if (Count == _ring.Length)
        {
            Grow();
        }

        int place = (_oldest + Count) & (_ring.Length - 1);
        _ring[place] = new Remembered(key.Hash, offset, timeUnixMs);
        _slots[SlotOf(key.Hash)] = place + 1;
        Count++;
    }

    public void Expire(long nowUnixMs)
    {
        while (Count > 0 && nowUnixMs - _ring[_oldest].TimeUnixMs >= _windowMs)
        {
            Forget();
        }
    }

    private void Forget()
    {
        Remembered oldest = _ring[_oldest];
        int slot = SlotOf(oldest.Key);

        // A key that came again after it was forgotten (a log from before may have it twice) belongs to the later one.
        if (_slots[slot] == _oldest + 1)
        {
            Free(slot);
        }

        _oldest = (_oldest + 1) & (_ring.Length - 1);
        Count--;
        ForgottenThrough = oldest.Offset;
    }

    /// <summary>Where the key is, or the free slot where it belongs.</summary>
    private int SlotOf(UInt128 key)
    {
        int slot = Home(key);
        while (_slots[slot] != 0 && _ring[_slots[slot] - 1].Key != key)
        {
            slot = Next(slot);
        }

        return slot;
    }

    /// <summary>Empties a slot, and moves up those behind it that would no longer be found.</summary>
    private void Free(int slot)
    {
        for (int next = Next(slot); _slots[next] != 0; next = Next(next))
        {
            // The one at next may move to the free slot unless its home lies between the two.
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
            larger[i] = _ring[(_oldest + i) & (_ring.Length - 1)];
        }

        (_ring, _oldest, _slots) = (larger, 0, new int[larger.Length * SlotsPerKey]);
        for (int place = 0; place < Count; place++)
        {
            _slots[SlotOf(_ring[place].Key)] = place + 1;
        }
    }

    private int Home(UInt128 key) => (int)(((ulong)key * _factor) >> (64 - BitOperations.Log2((uint)_slots.Length)));

    private int Next(int slot) => (slot + 1) & (_slots.Length - 1);

    private readonly record struct Remembered(UInt128 Key, long Offset, long TimeUnixMs);
}
