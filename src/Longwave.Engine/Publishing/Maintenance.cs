using Longwave.Engine.Configuration;
using Longwave.Engine.Log;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Work of the writer thread between two batches, a few milliseconds at a time: retention, the topic index, eviction from the hot tail, and the check
/// for free space while the disk is full.
/// </summary>
internal sealed class Maintenance(EngineOptions options, EventLog log, StorageGuard storage, TimeProvider clock)
{
    private readonly RetentionPass _retention = new(log.Database, log.Writer, log.Indexer, log.Topics, log.Keys, log.Counters);
    private long _lastRetention;
    private bool _isIdle;

    /// <summary>Whether there is more work at once, so that the loop must not wait for a request.</summary>
    public bool IsDue => storage.Health == HubHealth.Healthy && (_retention.IsRunning || log.Indexer.IsDue);

    /// <summary>Runs one slice of the work.</summary>
    /// <param name="isIdle">Whether no request was committed before the call; the index then gets a separate transaction.</param>
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
