using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Fanout;

/// <summary>Ends live streams whose topics are all complete, as soon as they have every event. Shard thread only.</summary>
/// <remarks>
/// A stream that has every event is ended here after the completion was routed. Every other stream is checked when it gets its last missed event
/// (<see cref="Check"/>), so the list has only streams whose round is not over, each at most once per completion.
/// </remarks>
internal sealed class TopicEnds(EventLog log, LiveDelivery delivery)
{
    private readonly List<Subscriber> _waiting = [];

    /// <summary>Checks the streams to which a completion was routed. Call after each turn of delivery.</summary>
    public void Run()
    {
        _waiting.AddRange(delivery.Completed);
        delivery.Completed.Clear();
        if (_waiting.Count > 0)
        {
            _waiting.RemoveAll(Check);
        }
    }

    /// <summary>Ends a stream if it is live, has every event, and all its topics are complete.</summary>
    /// <returns>False if the stream still lacks events of the current round, so that it must be checked again.</returns>
    public bool Check(Subscriber subscriber)
    {
        if (subscriber is not { State: SubscriberState.Live, IsBlocked: false, Closing: null } || !delivery.IsCurrent(subscriber))
        {
            return true;
        }

        if (!Rounds.Lacking(subscriber).IsEmpty)
        {
            return false;
        }

        if (subscriber.EndedTopics.HasAll(subscriber.Filter, log.Topics, subscriber.Access, delivery.PositionOf(subscriber).Offset))
        {
            subscriber.Close(CloseReason.Completed);
        }

        return true;
    }
}
