namespace Longwave.Engine.Subscribers;

/// <summary>Message queue of a thread, with many senders. A sender can also wake the thread without a message.</summary>
/// <remarks>
/// The senders bound the size: a subscriber has at most a few messages in the mailbox (opening, one writable signal, return from a reader, closing,
/// and one per renewal request), and a timer sends no tick before the previous one was handled.
/// <para>
/// One lock guards all state, so posting and waking are one step: the owner either takes the message or finds the wake-up before it waits. Everything
/// that a sender stored before it posts is visible to the owner after it takes the message.
/// </para>
/// </remarks>
internal sealed class Mailbox<T>
{
    // Guards _messages, _awake and _closed; the owner waits on it.
    private readonly object _gate = new();
    private List<T> _messages = [];
    private bool _awake;
    private bool _closed;

    public void Post(T message)
    {
        lock (_gate)
        {
            _messages.Add(message);
            WakeNeedsLock();
        }
    }

    /// <summary>
    /// Posts a message without a wake-up, because a wake-up costs more than most messages. The owner handles it on its next turn, at the latest on
    /// the next tick.
    /// </summary>
    public void PostQuietly(T message)
    {
        lock (_gate)
        {
            _messages.Add(message);
        }
    }

    /// <summary>Wakes the owner, or makes its next wait return at once.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            WakeNeedsLock();
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _awake = true;

            // Also ends a rest, which ignores wake-ups.
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Swaps the messages into <paramref name="taken"/>, which must be empty. Waits for a wake-up first if requested.</summary>
    /// <returns>False if the mailbox is closed.</returns>
    public bool Take(ref List<T> taken, bool wait)
    {
        lock (_gate)
        {
            while (wait && !_awake)
            {
                Monitor.Wait(_gate);
            }

            _awake = false;
            (taken, _messages) = (_messages, taken);
            return !_closed;
        }
    }

    /// <summary>Lets the owner rest. Only the end of the time or of the mailbox ends the rest; the next <see cref="Take"/> does not wait.</summary>
    public void Rest(TimeSpan time)
    {
        lock (_gate)
        {
            // While this is set, a wake-up sends no pulse.
            _awake = true;
            if (!_closed)
            {
                Monitor.Wait(_gate, time);
            }
        }
    }

    private void WakeNeedsLock()
    {
        if (!_awake)
        {
            _awake = true;
            Monitor.Pulse(_gate);
        }
    }
}
