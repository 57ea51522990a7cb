namespace Longwave.Engine.Subscribers;

/// <summary>Messages to a thread from many others, in order, and a way to wake it without a message.</summary>
/// <remarks>
/// Bounded by its senders: a subscriber has at most a few messages on their way (its opening, one writable signal, its hand-over, its
/// closing, one for each renewal that a request makes), and a timer sends no tick before the last one was handled.
/// <para>
/// One lock guards everything, so a sender's message and its wake-up are one step: the owner either takes the message, or finds the wake-up
/// before it waits. What a sender stored before it posts, the owner sees after it has taken the message.
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

    /// <summary>Posts what can wait until the owner is woken for something else, as it is by every tick: a wake-up costs more than most messages.</summary>
    public void PostQuietly(T message)
    {
        lock (_gate)
        {
            _messages.Add(message);
        }
    }

    /// <summary>Ends the owner's wait, or keeps it from beginning.</summary>
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
            WakeNeedsLock();
        }
    }

    /// <summary>Swaps the messages into <paramref name="taken"/>, which must be empty; waits for a wake-up first when asked to.</summary>
    /// <returns>False when the mailbox is closed.</returns>
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

    private void WakeNeedsLock()
    {
        if (!_awake)
        {
            _awake = true;
            Monitor.Pulse(_gate);
        }
    }
}
