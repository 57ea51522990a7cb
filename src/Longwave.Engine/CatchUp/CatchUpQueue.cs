using System.Diagnostics;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.CatchUp;

/// <summary>
/// Subscribers of one shard that wait for a catch-up reader, in order of arrival. The shard owns them while they wait, so their heartbeats, notices
/// and ends do not depend on a reader. Shard thread only.
/// </summary>
/// <param name="readers">Readers of all shards.</param>
internal sealed class CatchUpQueue(CatchUpReaders readers)
{
    /// <summary>
    /// Maximum number of subscribers that one shard lends at a time, per reader thread: enough that readers have work during a turn of the shard, few
    /// enough that each subscriber returns within tens of milliseconds.
    /// </summary>
    private const int MostLentPerReader = 4;

    // A subscriber is in the list at most once, so the number of connections bounds it.
    private readonly LinkedList<Subscriber> _waiting = [];
    private readonly int _mostLent = readers.Count * MostLentPerReader;
    private int _lent;

    /// <summary>Queues a subscriber for its next page.</summary>
    public void Add(Subscriber subscriber)
    {
        Debug.Assert(subscriber.CatchUpTurn is null, "A subscriber waits once.");
        subscriber.State = SubscriberState.Queued;
        subscriber.CatchUpTurn = _waiting.AddLast(subscriber);
    }

    /// <summary>Removes a subscriber from the queue, if it is queued.</summary>
    public void Remove(Subscriber subscriber)
    {
        if (subscriber.CatchUpTurn is { } turn)
        {
            _waiting.Remove(turn);
            subscriber.CatchUpTurn = null;
        }
    }

    /// <summary>Counts a subscriber that a reader has returned.</summary>
    public void Returned() => _lent--;

    /// <summary>Lends queued subscribers to the readers, up to the limit.</summary>
    public void LendNext()
    {
        while (_lent < _mostLent && _waiting.First is { Value: Subscriber next })
        {
            Remove(next);
            if (next.IsBlocked)
            {
                // A heartbeat filled its sink. The subscriber queues again when the sink is writable.
                next.State = SubscriberState.Waiting;
                continue;
            }

            next.State = SubscriberState.CatchingUp;
            next.IsReturnRequested = false;
            _lent++;
            readers.Lend(next);
        }
    }
}
