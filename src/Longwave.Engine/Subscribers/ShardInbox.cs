using Longwave.Engine.Log;
using Longwave.Engine.Metrics;

namespace Longwave.Engine.Subscribers;

/// <summary>Inbox of a shard: ordered messages, wake-ups, and pending renewals. For any thread.</summary>
internal sealed class ShardInbox(EventLog log)
{
    /// <summary>Longest rest between two turns, so that messages are handled soon.</summary>
    private static readonly TimeSpan MaxRest = TimeSpan.FromMilliseconds(20);

    private readonly Mailbox<ShardMessage> _mailbox = new();

    public RenewalGate Renewals { get; } = new();

    /// <summary>
    /// Subscribers of the shard by state. Those that the shard has not added yet, and those that have ended, are not counted: their states have a
    /// meaningless figure. The shard's thread writes, any thread reads.
    /// </summary>
    public Counters<SubscriberState> States { get; } = new();

    public void Post(ShardMessage message) => _mailbox.Post(message);

    /// <summary>Wakes the shard: the hot tail has new events, or paced subscribers are due.</summary>
    public void Wake() => _mailbox.Wake();

    /// <summary>Closes the inbox, which ends the shard.</summary>
    public void Close() => _mailbox.Close();

    /// <summary>
    /// Passes a greeted subscriber to the shard. A subscriber without missed events is handled on the next event or tick, whichever is first.
    /// </summary>
    public void Open(Subscriber subscriber)
    {
        // Read before the message is posted: afterwards the shard owns the subscriber.
        long sentThrough = subscriber.SentThrough;
        bool isUrgent = subscriber.Request.EndWhenLive || !subscriber.Request.Streaming || subscriber.Backlog.NeedsReader;
        _mailbox.PostQuietly(new ShardMessage(ShardMessageKind.Opened, subscriber));

        // The tip is read after the message is posted. An event whose wake-up came before the message has already raised the tip; a later event wakes
        // the shard anyway.
        if (isUrgent || log.Tip > sentThrough)
        {
            _mailbox.Wake();
        }
    }

    /// <inheritdoc cref="Mailbox{T}.Take"/>
    public bool Take(ref List<ShardMessage> taken, bool wait) => _mailbox.Take(ref taken, wait);

    /// <summary>Gives the core to other threads between two turns. Shard thread only.</summary>
    /// <param name="rest">How long to rest, at most 20 ms; zero only yields.</param>
    public void GiveWay(TimeSpan rest)
    {
        if (rest > TimeSpan.Zero)
        {
            _mailbox.Rest(rest < MaxRest ? rest : MaxRest);
            return;
        }

        // On machines with few cores, yield to publishers between two turns. Without this the scheduler delays each thread of a request by
        // milliseconds, and with it the next events.
        Thread.Yield();
    }
}
