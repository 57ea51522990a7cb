using System.Runtime.InteropServices;
using Longwave.Engine.Configuration;
using Longwave.Engine.Metrics;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;
using Longwave.Protocol.Positions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Engine.Log;

/// <summary>The log as the rest of the engine uses it: its epoch, tip, topics, hot tail and readers.</summary>
internal sealed class EventLog : IDisposable
{
    /// <summary>Name of the database in the data directory.</summary>
    public const string FileName = "longwave.db";

    /// <summary>Name of the file that locks the data directory.</summary>
    public const string LockName = "longwave.lock";

    private readonly string _path;
    private readonly FileStream _lock;
    private long _tip;
    private byte[]? _sourcePosition;

    private EventLog(string path, FileStream fileLock, Database database, DiskReserve reserve, EngineOptions options, ILogger logger, bool hasLost)
    {
        (_path, _lock, Database, Reserve, Damage) = (path, fileLock, database, reserve, new DamagedRanges(logger));
        Topics = new TopicTable(new TopicPolicies(options.Policies));
        Keys = new IdempotencyTable(options.IdempotencyWindow, options.Limits.MaxIdempotencyKeys);
        LogSchema.Prepare(Database, reserve.Bytes);
        LogRecovery.CheckStructure(Database, path, hasLost ? long.MaxValue : options.StructureCheckBytes);
        LogHeader header = LogRecovery.ReadHeader(Database, Topics);
        (Epoch, ReservedThrough, _sourcePosition) = (header.Epoch, header.ReservedThrough, header.SourcePosition);
        Tail = new HotTail(options.Limits, header.IndexedThrough);
        Indexer = new TopicIndexer(Database, header.IndexedThrough);
        Writer = new LogWriter(Database, Indexer);
        PublisherIds = new PublisherIds(path);
        Files = new WatchedFiles(fileLock, FileName, FileName + "-wal", FileName + "-shm");
        Probe = new DiskProbe(Path.Combine(Path.GetDirectoryName(path)!, "longwave.probe"));
    }

    public uint Epoch { get; }

    public TopicTable Topics { get; }

    public HotTail Tail { get; }

    /// <summary>Offset of the newest committed event.</summary>
    public long Tip => Volatile.Read(ref _tip);

    public Position TipPosition => new(Epoch, Tip);

    /// <summary>Newest append time, in milliseconds since the Unix epoch. Writer thread only.</summary>
    public long LastTimeUnixMs { get; private set; }

    /// <summary>Offset up to which none may be assigned again, read when the log was opened.</summary>
    public long ReservedThrough { get; }

    /// <summary>
    /// Position in the upstream of the newest committed events; null if there is none. The writer thread sets it, any thread reads it.
    /// </summary>
    public byte[]? SourcePosition
    {
        get => Volatile.Read(ref _sourcePosition);
        set => Volatile.Write(ref _sourcePosition, value);
    }

    /// <summary>Counters of the writer thread, which alone adds. Any thread reads.</summary>
    public Counters<HubCounter> Counters { get; } = new();

    /// <summary>Connection of the writer. Writer thread only, as are the following members up to the table of keys.</summary>
    public Database Database { get; }

    public LogWriter Writer { get; }

    public DiskProbe Probe { get; }

    /// <summary>Ranges of lost or damaged events that readers have found. For any thread.</summary>
    public DamagedRanges Damage { get; }

    /// <summary>The files of the log, which must stay the opened ones.</summary>
    public WatchedFiles Files { get; }

    /// <summary>Disk space for retention.</summary>
    public DiskReserve Reserve { get; }

    /// <summary>Lookup of events by the ids of their publishers. For any thread.</summary>
    public PublisherIds PublisherIds { get; }

    public TopicIndexer Indexer { get; }

    /// <summary>Topics that retention must examine, and when.</summary>
    public RetentionSchedule Retention { get; } = new();

    public IdempotencyTable Keys { get; }

    /// <summary>Opens the log of a directory, creates both if they are missing, and reads the events that a crash left unindexed.</summary>
    /// <param name="options">Options of the hub.</param>
    /// <param name="logger">Logger for damage of the log; null for none.</param>
    /// <exception cref="LogUnavailableException">The log can't be opened; the message contains the reason and the remedy.</exception>
    public static EventLog Open(EngineOptions options, ILogger? logger = null)
    {
        string directory = Path.GetFullPath(options.DataDirectory);
        FileStream fileLock = LockDirectory(directory);
        try
        {
            var reserve = new DiskReserve(directory, options.DiskReserveBytes);
            try
            {
                return Open(directory, fileLock, reserve, options, logger ?? NullLogger.Instance);
            }
            catch (StorageException failed) when (failed.IsDiskFull && reserve.Release())
            {
                // The files of an open database need some pages. The hub then starts in the state of a full disk.
                return Open(directory, fileLock, reserve, options, logger ?? NullLogger.Instance);
            }
        }
        catch (Exception failed)
        {
            fileLock.Dispose();
            if (failed is StorageException)
            {
                throw new LogUnavailableException($"Cannot open the log in {directory}: {failed.Message}", failed);
            }

            throw;
        }
    }

    private static EventLog Open(string directory, FileStream fileLock, DiskReserve reserve, EngineOptions options, ILogger logger)
    {
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path) && File.Exists($"{path}-wal"))
        {
            throw new LogUnavailableException($"longwave.db is missing in {directory}, but its write-ahead log is there. Restore a backup with `longwave restore`, or choose another data directory.");
        }

        bool hasLost = WalFile.HasLostTransactions(path);
        Database database = Database.OpenWriter(path);
        try
        {
            if (hasLost)
            {
                // Before anything else: a hub that fails later must not leave a log that looks sound.
                EpochRenewal.AfterLoss(database, logger);
            }

            var log = new EventLog(path, fileLock, database, reserve, options, logger, hasLost);
            LogRecovery.Run(log);
            return log;
        }
        catch
        {
            // An open connection keeps its locks, so that the next attempt could not open the log.
            database.Dispose();
            throw;
        }
    }

    /// <summary>Opens a reader with its own connection; for one thread.</summary>
    public LogReader OpenReader() => new(Database.OpenReader(_path), this);

    /// <summary>Step 4 of the path of an event: committed events become visible, in order. Writer thread only.</summary>
    public void Publish(List<AppendEntry> committed)
    {
        foreach (ref readonly AppendEntry entry in CollectionsMarshal.AsSpan(committed))
        {
            LoggedEvent added = entry.Event;
            if (added.Event.IsCompletion)
            {
                Topics.Complete(added.Topic, added.Offset);
            }

            Count(added.Topic, added);
            foreach (Topic alternate in added.Alternates)
            {
                Count(alternate, added);
            }

            if (added.IsStored)
            {
                Indexer.Add(added);
            }
            else if (added.Event.Id is { } id)
            {
                PublisherIds.Remember(id, added.Offset);
            }

            LastTimeUnixMs = added.TimeUnixMs;

            // In this order: a reader that finds the event in the tail also finds it in the counts of its topic, and a reader that sees the tip finds
            // the event.
            Tail.Append(added);
            Volatile.Write(ref _tip, added.Offset);
        }
    }

    /// <summary>Sets the tip of an opened log and the time of its newest event.</summary>
    public void Restore(long tip, long timeUnixMs)
    {
        Volatile.Write(ref _tip, tip);
        LastTimeUnixMs = timeUnixMs;
    }

    /// <summary>
    /// Evicts events until the hot tail is within its limits. Events that are not in the index yet are indexed first, so that a reader finds every
    /// event either in the tail or through the index. Writer thread only. Throws <see cref="StorageException"/> if the index can't be written.
    /// </summary>
    public void EvictTail()
    {
        while (Tail.IsOver)
        {
            LoggedEvent oldest = Tail.Oldest;
            if (oldest.IsStored && oldest.Offset > Indexer.IndexedThrough)
            {
                Writer.Index(int.MaxValue);
                continue;
            }

            if (!oldest.IsStored && oldest.Event.Id is { } id)
            {
                PublisherIds.Forget(id, oldest.Offset);
            }

            // If the first topic does not count the event, retention has removed it from all topics.
            if (!oldest.IsStored && oldest.Topic.Counts(oldest.Offset))
            {
                Lose(oldest.Topic, oldest);
                Array.ForEach(oldest.Alternates, alternate => Lose(alternate, oldest));
            }

            Tail.Evict();
            Counters.Add(HubCounter.EvictedEvents);
        }
    }

    private void Count(Topic topic, LoggedEvent added)
    {
        topic.Added(added.Offset, added.Event.Data.Length);
        topic.TipTimeUnixMs = added.TimeUnixMs;
        topic.StoredThrough = added.IsStored ? added.Offset : topic.StoredThrough;
        if (!added.Event.IsPrivate)
        {
            topic.SetPublic();
        }

        Retention.Add(topic);
    }

    /// <summary>
    /// Marks an event as removed that only the hot tail has, before its eviction: a reader that does not find it in the tail then knows that it is
    /// gone.
    /// </summary>
    private void Lose(Topic topic, LoggedEvent gone)
    {
        if (!topic.Counts(gone.Offset))
        {
            // The policy of this topic has already removed the event.
            return;
        }

        topic.Trimming(gone.Offset);
        Topics.NoteTrimmed(gone.Offset);

        // Storage can have older events of the topic, which are there because another of their topics is durable.
        long first = topic.IndexedCount > 0 ? topic.First : gone.Offset + 1;
        topic.Removed(1, gone.Event.Data.Length, topic.Count > 1 ? first : 0);
        Retention.Add(topic);
    }

    /// <summary>Closes the files. Writer thread only; the last call.</summary>
    public void Dispose()
    {
        PublisherIds.Dispose();
        Database.Dispose();
        _lock.Dispose();
    }

    /// <summary>Locks the directory for one hub or tool, and creates it if missing.</summary>
    public static FileStream LockDirectory(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                // Events can be private: only the user of the hub may read the directory.
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new LogUnavailableException($"Cannot create the data directory {directory}: {failed.Message} Choose another directory.", failed);
        }

        string file = Path.Combine(directory, LockName);
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException failed)
        {
            throw new LogUnavailableException($"The data directory {directory} is not writable for this user. Change its owner, or choose another directory.", failed);
        }
        catch (IOException failed)
        {
            throw new LogUnavailableException($"The data directory {directory} is in use by another hub, or cannot be written: {failed.Message}", failed);
        }
    }
}
