using System.Collections.Concurrent;
using Longwave.Engine.Configuration;
using Longwave.Engine.Health;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Subscribers;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.CatchUp;

/// <summary>
/// Threads that read the log for subscribers that are not at the live edge. A shard lends a subscriber for one page; then the shard writes the
/// notices that are due and queues it for the next page, so that a long replay does not delay other subscribers.
/// </summary>
internal sealed class CatchUpReaders : IDisposable
{
    private readonly EventLog _log;
    private readonly HubLimits _limits;
    private readonly ILogger _logger;
    private int _running;

    // The lending shards bound its size (CatchUpQueue).
    private readonly BlockingCollection<Subscriber> _queue = [];
    private readonly List<Thread> _threads = [];
    private readonly Counters<HubCounter>[] _counters;
    private readonly Histogram[] _lags;

    /// <summary>Starts the threads.</summary>
    /// <param name="log">The log.</param>
    /// <param name="options">Options of the hub.</param>
    /// <param name="loops">Supervisor of the threads.</param>
    /// <param name="logger">Logger of failures.</param>
    /// <param name="isCostly">Whether they serve costly subscriptions: one thread of low priority.</param>
    public CatchUpReaders(EventLog log, EngineOptions options, BackgroundLoops loops, ILogger logger, bool isCostly = false)
    {
        (_log, _limits, _logger) = (log, options.Limits, logger);
        string name = isCostly ? "longwave-catch-up-costly" : "longwave-catch-up";
        _counters = [.. Enumerable.Range(0, isCostly ? 1 : options.CatchUpReaders).Select(static _ => new Counters<HubCounter>())];
        _lags = [.. _counters.Select(static _ => new Histogram())];
        _running = _counters.Length;
        for (int i = 0; i < _running; i++)
        {
            (Counters<HubCounter> counters, Histogram lags) = (_counters[i], _lags[i]);
            _threads.Add(loops.StartThread($"{name}-{i}", () => Run(counters, lags), OnFailure, isLowPriority: isCostly));
        }
    }

    /// <summary>Counters of each thread.</summary>
    public IReadOnlyList<Counters<HubCounter>> Counters => _counters;

    /// <summary>For each thread, the events between a subscriber and the end of the log each time the thread begins to read for it.</summary>
    public IReadOnlyList<Histogram> Lags => _lags;

    /// <summary>Number of threads.</summary>
    public int Count => _threads.Count;

    /// <summary>Lends a subscriber. The reader returns it with <see cref="Subscriber.GiveBack"/>.</summary>
    public void Lend(Subscriber subscriber)
    {
        try
        {
            _queue.Add(subscriber);
        }
        catch (InvalidOperationException)
        {
            // The hub is closing. The shard ends this subscriber with the others.
        }
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        _threads.ForEach(static thread => thread.Join());
        _queue.Dispose();
    }

    private void Run(Counters<HubCounter> counters, Histogram lags)
    {
        using LogReader storage = _log.OpenReader();
        var reader = BacklogReader.OfLog(_log, _limits, storage, counters);
        foreach (Subscriber subscriber in _queue.GetConsumingEnumerable())
        {
            try
            {
                // 7. Keep reading for a stream while no other subscriber waits, because its shard would lend it again at once. A poll must report its
                // position first.
                lags.Record(_log.Tip - subscriber.SentThrough);
                while (reader.ReadLog(subscriber) && subscriber.Request.Streaming
                    && !subscriber.IsReturnRequested && _queue.Count == 0 && !_queue.IsAddingCompleted)
                {
                }
            }
            catch (Exception failed)
            {
                subscriber.Close(CloseReason.Error);
                SubscriberLog.CatchUpFailed(_logger, subscriber.Id, failed);
            }
            finally
            {
                // Also if the thread fails: the shard ends or continues the stream.
                subscriber.GiveBack();
            }
        }
    }

    /// <summary>Ends the lent streams if no thread is left that could read for them. On the thread that failed.</summary>
    private void OnFailure()
    {
        if (Interlocked.Decrement(ref _running) > 0)
        {
            return;
        }

        foreach (Subscriber subscriber in _queue.GetConsumingEnumerable())
        {
            subscriber.Close(CloseReason.Error);
            subscriber.GiveBack();
        }
    }
}
