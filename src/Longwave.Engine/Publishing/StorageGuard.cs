using System.Globalization;
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

    /// <summary>
    /// Part of the reserve that suffices while the database has more free pages than the reserve has bytes: a checkpoint then does not enlarge the
    /// database. Removed events free pages and not the disk, so a disk that the log has filled has no room for more. <see cref="FreePages"/> keeps these
    /// pages until the reserve is full.
    /// </summary>
    private const int LeastPartOfReserve = 4;

    /// <summary>Interval between two checks of the files.</summary>
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);

    private long? _lastOutOfMemory;
    private int _health = (int)HubHealth.Healthy;
    private long _lastProbe;
    private long _lastWatch;
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

    /// <summary>
    /// Creates or enlarges the reserve for retention. Throws a <see cref="StorageException"/> of a full disk if there is no room for it. Writer thread
    /// only, or before it starts.
    /// </summary>
    public void KeepReserve()
    {
        if (!log.Reserve.IsFull && !TryHold(log.Reserve.CanRefill ? log.Reserve.Bytes : NeededReserve()))
        {
            throw NoRoom();
        }
    }

    /// <summary>
    /// Checks at intervals whether the files of the log are still there. Without them no restart finds the events, so publishing stops: a hub that is
    /// restarted begins a new log. Writer thread only.
    /// </summary>
    public void WatchFiles()
    {
        if (Health == HubHealth.PublishingStopped || clock.GetElapsedTime(_lastWatch) < WatchInterval)
        {
            return;
        }

        _lastWatch = clock.GetTimestamp();
        Try(this, static guard => guard.FindLost());
    }

    /// <summary>Whether the next attempt to free space on a full disk is due. Writer thread only.</summary>
    public bool IsAttemptDue => clock.GetElapsedTime(_lastProbe) >= ProbeInterval;

    /// <summary>Checks whether a full disk has room again for the reserve and for the rejected size. Writer thread only.</summary>
    public void LookForRoom()
    {
        _lastProbe = clock.GetTimestamp();
        PublishOutcome outcome = Try(this, static guard => guard.Probe());
        if (outcome == PublishOutcome.Accepted)
        {
            SetHealth(HubHealth.Healthy);
            PublishingLog.HasRoom(logger);
        }
    }

    private static bool IsOutOfMemory(Exception failed) => failed is OutOfMemoryException or StorageException { IsOutOfMemory: true };

    private void FindLost()
    {
        if (log.Files.FindLost() is { } lost)
        {
            SetHealth(HubHealth.PublishingStopped);
            PublishingLog.FileLost(logger, lost);
        }
    }

    private void Probe()
    {
        log.Writer.Checkpoint(truncates: true);
        if (!TryHold(NeededReserve()))
        {
            throw NoRoom();
        }

        log.Probe.Run(_refusedBytes);
        log.Writer.Touch();
    }

    private bool TryHold(long bytes)
    {
        long before = log.Reserve.Held;
        bool isHeld = log.Reserve.TryHold(bytes);
        if (log.Reserve.Held != before)
        {
            log.Writer.LimitWal(Math.Max(log.Reserve.Held, log.Reserve.Bytes / LeastPartOfReserve));
        }

        return isHeld;
    }

    private long NeededReserve() => log.Writer.FreeBytes >= log.Reserve.Bytes ? log.Reserve.Bytes / LeastPartOfReserve : log.Reserve.Bytes;

    private StorageException NoRoom() =>
        StorageException.DiskFull(string.Create(CultureInfo.InvariantCulture, $"there is no room for the {NeededReserve()} bytes that are reserved for retention"));

    private bool SetHealth(HubHealth health) => Interlocked.Exchange(ref _health, (int)health) != (int)health;
}
