using Longwave.Engine.Log;
using Longwave.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Runs work on storage and knows what its failures mean. There are three answers: it worked; the disk is full, which ends by itself;
/// anything else, after which what is on disk is unknown, so publishing stops until a restart has read the log anew.
/// </summary>
internal sealed class StorageGuard(EventLog log, TimeProvider clock, ILogger logger)
{
    /// <summary>Between two tries of a full disk: each writes a file.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    private int _health = (int)HubHealth.Healthy;
    private long _lastProbe;
    private long _refusedBytes;

    /// <summary>What storage can do. For any thread.</summary>
    public HubHealth Health => (HubHealth)Volatile.Read(ref _health);

    /// <summary>Runs work of the writer thread; the outcome says whether it succeeded.</summary>
    public PublishOutcome Try<T>(T target, Action<T> work)
    {
        try
        {
            work(target);
            return PublishOutcome.Accepted;
        }
        catch (StorageException failed) when (failed.IsDiskFull)
        {
            if (SetHealth(HubHealth.DiskFull))
            {
                _lastProbe = clock.GetTimestamp();
                PublishingLog.DiskFull(logger, failed.Message);
            }

            return PublishOutcome.DiskFull;
        }
        catch (Exception failed)
        {
            SetHealth(HubHealth.PublishingStopped);
            PublishingLog.Stopped(logger, failed);
            return PublishOutcome.Stopped;
        }
    }

    /// <summary>What did not fit: as much must fit again before the disk counts as free. Writer thread only.</summary>
    public void NoteRefused(long bytes) => _refusedBytes = bytes;

    /// <summary>While the disk is full: tries now and then whether it takes as much again as it refused. Writer thread only.</summary>
    public void LookForRoom()
    {
        long now = clock.GetTimestamp();
        if (clock.GetElapsedTime(_lastProbe, now) < ProbeInterval)
        {
            return;
        }

        _lastProbe = now;
        PublishOutcome outcome = Try(this, static guard => guard.Probe());
        if (outcome == PublishOutcome.Accepted)
        {
            SetHealth(HubHealth.Healthy);
            PublishingLog.HasRoom(logger);
        }
    }

    private void Probe()
    {
        log.Writer.Checkpoint();
        log.Probe.Run(_refusedBytes);
        log.Writer.Touch();
    }

    private bool SetHealth(HubHealth health) => Interlocked.Exchange(ref _health, (int)health) != (int)health;
}
