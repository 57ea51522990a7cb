using Longwave.Engine.Log;
using Longwave.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Runs work on storage and classifies its failures. There are three results: success; a full disk or a failed allocation, from which the hub recovers
/// by itself; and any other failure. After such a failure the content of the disk is unknown, so publishing stops until a restart has read the log again.
/// </summary>
internal sealed class StorageGuard(EventLog log, TimeProvider clock, ILogger logger)
{
    /// <summary>Interval between two checks of a full disk; each writes a file.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Shortest time between two log lines about failed allocations.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private long? _lastOutOfMemory;
    private int _health = (int)HubHealth.Healthy;
    private long _lastProbe;
    private long _refusedBytes;

    /// <summary>State of storage. For any thread.</summary>
    public HubHealth Health => (HubHealth)Volatile.Read(ref _health);

    /// <summary>Runs work of the writer thread and returns whether it succeeded.</summary>
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
        catch (Exception failed) when (IsOutOfMemory(failed) && !log.Writer.IsCommitUncertain)
        {
            // The transaction was rolled back before its commit, so nothing is stored, and the next one can succeed.
            if (_lastOutOfMemory is not { } last || clock.GetElapsedTime(last) >= LogInterval)
            {
                _lastOutOfMemory = clock.GetTimestamp();
                PublishingLog.OutOfMemory(logger);
            }

            return PublishOutcome.ShortOfMemory;
        }
        catch (Exception failed)
        {
            SetHealth(HubHealth.PublishingStopped);
            PublishingLog.Stopped(logger, failed);
            return PublishOutcome.Stopped;
        }
    }

    /// <summary>Records the size of the rejected batch in bytes, by which the check for free space is scaled. Writer thread only.</summary>
    public void NoteRefused(long bytes) => _refusedBytes = bytes;

    /// <summary>Checks a full disk at intervals: whether there is room again for the rejected size. Writer thread only.</summary>
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

    private static bool IsOutOfMemory(Exception failed) => failed is OutOfMemoryException or StorageException { IsOutOfMemory: true };

    private void Probe()
    {
        log.Writer.Checkpoint();
        log.Probe.Run(_refusedBytes);
        log.Writer.Touch();
    }

    private bool SetHealth(HubHealth health) => Interlocked.Exchange(ref _health, (int)health) != (int)health;
}
