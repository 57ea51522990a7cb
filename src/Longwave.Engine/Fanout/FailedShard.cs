using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Ends the streams of a shard whose loop failed, also those that open later: they would receive nothing, not even heartbeats. Their clients reconnect,
/// to another shard or another hub. Shard thread only.
/// </summary>
/// <param name="inbox">Inbox of the shard.</param>
/// <param name="wheel">All subscribers that the shard has added.</param>
/// <param name="complete">Ends a stream that is closing, without its delivery state: the failure may have left that incomplete.</param>
internal sealed class FailedShard(ShardInbox inbox, HeartbeatWheel wheel, Action<Subscriber> complete)
{
    /// <summary>Ends streams until the shard is closed.</summary>
    /// <param name="messages">Messages of the turn that failed, handled or not.</param>
    public void Run(List<ShardMessage> messages)
    {
        foreach (Subscriber subscriber in wheel.Where(IsOwned))
        {
            End(subscriber);
        }

        do
        {
            foreach (ShardMessage message in messages)
            {
                Handle(message);
            }

            messages.Clear();
        }
        while (inbox.Take(ref messages, wait: true));
    }

    private void Handle(ShardMessage message)
    {
        // The next tick wakes this thread for streams that opened without a wake-up.
        if (message.Kind == ShardMessageKind.Tick)
        {
            wheel.AcceptTick();
        }

        // Either message transfers the ownership to the shard. The failed turn may have handled it already.
        bool isTransfer = message is { Kind: ShardMessageKind.Opened, Subscriber.State: SubscriberState.Opening }
            or { Kind: ShardMessageKind.CaughtUp, Subscriber.State: SubscriberState.CatchingUp };
        if (isTransfer)
        {
            message.Subscriber!.State = SubscriberState.Waiting;
        }

        if (message.Subscriber is { } subscriber && IsOwned(subscriber))
        {
            End(subscriber);
        }
    }

    private void End(Subscriber subscriber)
    {
        subscriber.Close(CloseReason.Error);
        complete(subscriber);
    }

    private static bool IsOwned(Subscriber subscriber) =>
        subscriber.State is not (SubscriberState.Opening or SubscriberState.CatchingUp or SubscriberState.Closed);
}
