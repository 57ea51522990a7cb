using System.Runtime.InteropServices;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>Events of one turn for individually served subscribers, as one chain per subscriber; the flush empties it.</summary>
/// <remarks>After the slots have grown to the size of a turn, nothing is allocated.</remarks>
internal sealed class TurnBuffer(int most)
{
    private Slot[] _slots = new Slot[Math.Min(256, most)];
    private int _count;

    /// <summary>Whether the turn must flush before it routes more events.</summary>
    public bool IsFull => _count >= most;

    /// <summary>Appends an event to a chain, once.</summary>
    public void Add(ref EventChain chain, LoggedEvent added)
    {
        if (!chain.IsEmpty && ReferenceEquals(_slots[chain.Last].Event, added))
        {
            // Two topics of the event lead to the same chain.
            return;
        }

        if (_count == _slots.Length)
        {
            Array.Resize(ref _slots, _count * 2);
        }

        _slots[_count].Event = added;
        chain = chain.IsEmpty ? new EventChain(_count, _count) : Link(chain, _count);
        _count++;
    }

    /// <summary>Copies the events of a chain, in order, into an empty list.</summary>
    public void Copy(EventChain chain, List<LoggedEvent> events)
    {
        for (int i = chain.First; ; i = _slots[i].Next)
        {
            events.Add(_slots[i].Event);
            if (i == chain.Last)
            {
                return;
            }
        }
    }

    /// <summary>Removes all chains.</summary>
    public void Clear()
    {
        Array.Clear(_slots, 0, _count);
        _count = 0;
    }

    private EventChain Link(EventChain chain, int slot)
    {
        _slots[chain.Last].Next = slot;
        return new EventChain(chain.First, slot);
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        public LoggedEvent Event;
        public int Next;
    }
}
