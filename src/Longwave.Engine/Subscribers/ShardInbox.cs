using Longwave.Engine.Log;

namespace Longwave.Engine.Subscribers;

/// <summary>What other threads say to a shard: messages in order, a way to wake it, and renewals that have begun. For any thread.</summary>
internal sealed class ShardInbox(EventLog log)
{
    private readonly Mailbox<ShardMessage> _mailbox = new();

    public RenewalGate Renewals { get; } = new();

    public void Post(ShardMessage message) => _mailbox.Post(message);

    /// <summary>There are new events in the hot tail, or paced subscribers are due.</summary>
    public void Wake() => _mailbox.Wake();

    /// <summary>Ends the shard.</summary>
    public void Close() => _mailbox.Close();

    /// <summary>Hands a greeted subscriber over. One that lacks nothing waits for the next event or tick, whichever comes first.</summary>
    public void Open(Subscriber subscriber)
    {
        // Read before the message: from then on the subscriber belongs to the shard.
        long sentThrough = subscriber.SentThrough;
        bool isUrgent = subscriber.Request.EndWhenLive || !subscriber.Request.Streaming || subscriber.Backlog.NeedsReader;
        _mailbox.PostQuietly(new ShardMessage(ShardMessageKind.Opened, subscriber));

        // The tip is read after the message is in: an event that woke the shard before it had raised the tip, and a later one wakes it for both.
        if (isUrgent || log.Tip > sentThrough)
        {
            _mailbox.Wake();
        }
    }

    /// <inheritdoc cref="Mailbox{T}.Take"/>
    public bool Take(ref List<ShardMessage> taken, bool wait) => _mailbox.Take(ref taken, wait);
}
