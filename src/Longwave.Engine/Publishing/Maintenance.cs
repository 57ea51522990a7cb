using Longwave.Engine.Configuration;
using Longwave.Engine.Log;

namespace Longwave.Engine.Publishing;

/// <summary>
/// What the writer thread does between two batches, a few milliseconds at most each time: retention, the topic index, the bound of the hot
/// tail, and the search for room while the disk is full.
/// </summary>
internal sealed class Maintenance(EngineOptions options, EventLog log, StorageGuard storage, TimeProvider clock)
{
    private readonly RetentionPass _retention = new(log.Database, log.Writer, log.Indexer, log.Topics, log.Keys);
    private long _lastRetention;
    private bool _isIdle;

    /// <summary>Whether there is more to do at once, so that the loop must not wait for a request.</summary>
    public bool IsDue => storage.Health == HubHealth.Healthy && (_retention.IsRunning || log.Indexer.IsDue);

    /// <summary>Does one slice of it.</summary>
    /// <param name="isIdle">Whether no request was committed before: then the index gets a transaction of its own.</param>
    public void Run(bool isIdle)
    {
        if (storage.Health == HubHealth.DiskFull)
        {
            storage.LookForRoom();
            return;
        }

        long now = clock.GetTimestamp();
        if (!_retention.IsRunning && clock.GetElapsedTime(_lastRetention, now) >= options.RetentionInterval)
        {
            _lastRetention = now;
            log.Indexer.Want();
            _retention.Start(Math.Max(log.LastTimeUnixMs, clock.GetUtcNow().ToUnixTimeMilliseconds()));
        }

        _isIdle = isIdle;
        if (storage.Try(this, static maintenance => maintenance.RunSlice()) != PublishOutcome.Accepted)
        {
            _retention.Stop();
        }
    }

    private void RunSlice()
    {
        log.EvictTail();
        if (_retention.IsRunning)
        {
            _retention.RunSlice();
        }
        else if (_isIdle && log.Indexer.IsDue)
        {
            log.Writer.Index(TopicIndexer.SliceEntries);
        }
    }
}
