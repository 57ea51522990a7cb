using Longwave.Engine.Configuration;
using Longwave.Engine.Log;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Work of the writer thread between two batches, a few milliseconds at a time: deletions on request, retention, the topic index, eviction from the
/// hot tail, the return of free pages, and the check for free space while the disk is full.
/// </summary>
/// <remarks>
/// Retention also runs on a full disk, in the space of the reserve: otherwise a disk that the log itself has filled would stay full, although events
/// have expired. Each attempt releases the reserve, runs a pass of retention to its end, creates the reserve again and then checks for free space.
/// Until that check succeeds, no publish uses the disk.
/// </remarks>
internal sealed class Maintenance(EngineOptions options, EventLog log, StorageGuard storage, EventClock time, TimeProvider clock)
{
    private readonly RetentionPass _retention = new(log);
    private readonly TopicDeletions _deletions = new(log);
    private readonly FreePages _freePages = new(log, clock);
    private long _lastRetention;
    private long _indexFirstThrough;
    private bool _isIdle;
    private bool _isFreeing;

    // Whether events were deleted since the last pass of retention began, which removes them.
    private bool _hasDeletions;

    /// <summary>Requested deletions; any thread adds.</summary>
    public TopicDeletions Deletions => _deletions;

    /// <summary>Whether there is more work at once, so that the loop must not wait for a request.</summary>
    public bool IsDue => storage.Health switch
    {
        HubHealth.Healthy => _retention.IsRunning || _freePages.IsRunning || log.Indexer.IsDue || _hasDeletions || _deletions.HasWaiting,
        HubHealth.DiskFull => _isFreeing,
        _ => false,
    };

    /// <summary>Runs one slice of the work.</summary>
    /// <param name="isIdle">Whether no request was committed before the call; the index then gets a separate transaction.</param>
    public void Run(bool isIdle)
    {
        bool isFull = storage.Health == HubHealth.DiskFull;
        if (isFull && !_isFreeing && !storage.IsAttemptDue)
        {
            return;
        }

        // All work is inside: an allocation can fail at any step, and must not end the writer thread.
        _isIdle = isIdle;
        PublishOutcome outcome = storage.Try(this, isFull ? static maintenance => maintenance.RunOnFullDisk() : static maintenance => maintenance.RunUsual());
        if (outcome != PublishOutcome.Accepted)
        {
            _retention.Stop();
            _freePages.Stop();
        }

        // When the disk has just become full, the next attempt deletes in the space of the reserve.
        if (outcome != PublishOutcome.Accepted && (isFull || outcome != PublishOutcome.DiskFull))
        {
            _deletions.Fail(outcome);
        }

        if (isFull && !_retention.IsRunning)
        {
            _isFreeing = false;
            storage.LookForRoom();
        }
    }

    private void RunUsual()
    {
        // The events of the last batch can have used the free pages that allowed a smaller reserve.
        storage.KeepReserve();
        Delete();
        if (!_retention.IsRunning && (_hasDeletions || clock.GetElapsedTime(_lastRetention) >= options.RetentionInterval))
        {
            // Before the pass: the events of the time since the last one have used the pages that they need.
            _freePages.Count();
            StartRetention();
        }

        RunSlice();
    }

    /// <summary>Hides the events of the waiting deletions from readers. Retention then removes them, slice by slice.</summary>
    private void Delete()
    {
        if (_deletions.HasWaiting)
        {
            _deletions.Run(_retention.OffsetBefore);
            _hasDeletions = true;
        }
    }

    private void StartRetention()
    {
        _lastRetention = clock.GetTimestamp();
        _hasDeletions = false;
        log.Indexer.Want();
        _indexFirstThrough = log.Tip;
        _retention.Start(time.ReadForRetention());
    }

    private void RunOnFullDisk()
    {
        if (!_isFreeing)
        {
            log.Reserve.Release();
            Delete();

            // It needs room in the write-ahead log.
            _freePages.Stop();

            // The pass that the full disk interrupted, or a new one: more events can have expired meanwhile.
            _retention.Stop();
            StartRetention();
            _isFreeing = true;
        }

        // Each slice gets the whole space of the WAL again.
        log.Writer.Checkpoint(truncates: false);
        RunSlice();
    }

    private void RunSlice()
    {
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
        else if (_freePages.IsRunning)
        {
            _freePages.RunSlice();
        }
    }
}
