using System.Diagnostics;
using Longwave.Engine.Subscribers;

namespace Longwave.Engine.CatchUp;

/// <summary>
/// The subscribers of one shard that wait for a catch-up reader, first come, first served. They belong to the shard while they wait, so
/// their heartbeats, notices and ends depend on no reader. Shard thread only.
/// </summary>
/// <param name="readers">The readers of all shards.</param>
internal sealed class CatchUpQueue(CatchUpReaders readers)
{
    /// <summary>
    /// Subscribers that one shard has lent at a time, for each reader thread: enough pages to read while the shard is in the middle of a turn,
    /// few enough that each is back within tens of milliseconds.
    /// </summary>
    private const int MostLentPerReader = 4;

    // Each subscriber is in it at most once, so the number of connections bounds it.
    private readonly LinkedList<Subscriber> _waiting = [];
    private readonly int _mostLent = readers.Count * MostLentPerReader;
    private int _lent;

    /// <summary>The subscriber waits for its next page.</summary>
    public void Add(Subscriber subscriber)
    {
        Debug.Assert(subscriber.CatchUpTurn is null, "A subscriber waits once.");
        subscriber.State = SubscriberState.Queued;
        subscriber.CatchUpTurn = _waiting.AddLast(subscriber);
    }

    /// <summary>The subscriber waits no more.</summary>
    public void Remove(Subscriber subscriber)
    {
        if (subscriber.CatchUpTurn is { } turn)
        {
            _waiting.Remove(turn);
            subscriber.CatchUpTurn = null;
        }
    }

    /// <summary>A reader has given a subscriber back.</summary>
    public void Returned() => _lent--;

    /// <summary>Lends as many as readers may have.</summary>
    public void LendNext()
    {
        while (_lent < _mostLent && _waiting.First is { Value: Subscriber next })
        {
            Remove(next);
            if (next.IsBlocked)
            {
                // A heartbeat filled its sink. It queues again when it is writable.
                next.State = SubscriberState.Waiting;
                continue;
            }

            next.State = SubscriberState.CatchingUp;
            next.IsAskedBack = false;
            _lent++;
            readers.Lend(next);
        }
    }
}
