using Longwave.Engine.Configuration;
using Longwave.Engine.Log;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Work of the writer thread between two batches, a few milliseconds at a time: retention, the topic index, eviction from the hot tail, and the check
/// for free space while the disk is full.
/// </summary>
internal sealed class Maintenance(EngineOptions options, EventLog log, StorageGuard storage, TimeProvider clock)
{
    private readonly RetentionPass _retention = new(log);
    private long _lastRetention;
    private long _now;
    private long _indexFirstThrough;
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

        // All work is inside: an allocation can fail at any step, and must not end the writer thread.
        (_isIdle, _now) = (isIdle, clock.GetTimestamp());
        if (storage.Try(this, static maintenance => maintenance.RunSlice()) != PublishOutcome.Accepted)
        {
            _retention.Stop();
        }
    }

    private void RunSlice()
    {
        if (!_retention.IsRunning && clock.GetElapsedTime(_lastRetention, _now) >= options.RetentionInterval)
        {
            _lastRetention = _now;
            log.Indexer.Want();
            _indexFirstThrough = log.Tip;
            _retention.Start(Math.Max(log.LastTimeUnixMs, clock.GetUtcNow().ToUnixTimeMilliseconds()));
        }

        log.EvictTail();

        // Retention removes only indexed events, so the index first gets the events from before the pass. Later events do not delay the pass.
        bool isNeeded = _retention.IsRunning && log.Indexer.IndexedThrough < _indexFirstThrough;
        if (log.Indexer.IsDue && (_isIdle || isNeeded))
        {
            log.Writer.Index(TopicIndexer.SliceEntries);
        }
        else if (_retention.IsRunning)
        {
            _retention.RunSlice();
        }
    }
}
