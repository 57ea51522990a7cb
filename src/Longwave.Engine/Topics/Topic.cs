using Longwave.Engine.Configuration;

namespace Longwave.Engine.Topics;

/// <summary>State of one topic. Only the writer thread changes it; any thread reads it.</summary>
/// <remarks>
/// Memory order. Every figure is written with a release store and read with an acquire load, so a reader can rely on the order in which the writer
/// stores them:
/// <list type="bullet">
/// <item>An event is added here before it appears in the hot tail: a reader that finds it there sees a count and a first offset that include
/// it.</item>
/// <item><see cref="TrimmedThrough"/> rises before <see cref="Count"/> and <see cref="First"/> exclude removed events: a reader that no longer finds
/// them, and reads it afterwards, knows that they were removed.</item>
/// <item><see cref="TrimmedThrough"/> also rises before <see cref="DeletedThrough"/>, for the same reason.</item>
/// </list>
/// Only <see cref="Describe"/> needs a consistent set of figures. For it the writer makes <c>_version</c> odd before a change and even afterwards; a
/// reader that finds it odd, or changed during the read, reads again.
/// </remarks>
internal sealed class Topic(int id, string name, TopicPolicy policy)
{
    private int _version;
    private long _tip;
    private long _first;
    private long _count;
    private long _bytes;
    private long _trimmedThrough;
    private long _deletedThrough;
    private long _completedAt;
    private bool _isPublic;

    public int Id { get; } = id;

    public string Name { get; } = name;

    public TopicPolicy Policy { get; } = policy;

    public bool InMemory => Policy.Durability == Durability.Memory;

    /// <summary>
    /// Whether the topic ever had an event that is not private. The name of any other topic is visible only to readers with a grant for it.
    /// </summary>
    public bool IsPublic => Volatile.Read(ref _isPublic);

    /// <summary>Offset of the newest event; 0 if there never was one.</summary>
    public long Tip => Volatile.Read(ref _tip);

    /// <summary>Offset of the oldest event kept; 0 if there is none.</summary>
    public long First => Volatile.Read(ref _first);

    public long Count => Volatile.Read(ref _count);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>
    /// Offset of the newest removed event; a subscriber from before it has missed something. Older events can still exist, because the policy of an
    /// event's first topic removes it.
    /// </summary>
    public long TrimmedThrough => Volatile.Read(ref _trimmedThrough);

    /// <summary>
    /// Offset up to which the events were deleted on request; 0 if none were. No reader gets them from then on, although retention removes them from
    /// storage, and the hot tail evicts them, later.
    /// </summary>
    public long DeletedThrough => Volatile.Read(ref _deletedThrough);

    /// <summary>Whether every event that the topic ever had was deleted on request.</summary>
    public bool IsDeleted => DeletedThrough > 0 && DeletedThrough >= Tip;

    /// <summary>Whether deleted events are still to be removed. Writer thread only.</summary>
    public bool HasDeletedEvents => _count > 0 && _first <= _deletedThrough;

    /// <summary>
    /// Offset of the event that completed the topic; 0 if there is none. Retention can have removed it: then the topic is open again
    /// (<see cref="IsComplete"/>).
    /// </summary>
    public long CompletedAt => Volatile.Read(ref _completedAt);

    /// <summary>Whether the topic is complete: the log keeps the event that completed it. For any thread.</summary>
    public bool IsComplete => CompletedAt is > 0 and long at && Keeps(at);

    /// <summary>
    /// Time at which the newest event was appended, in milliseconds since the Unix epoch; 0 if it is not known. For a topic from before a restart it
    /// can be the later time of the newest event of the log. Writer thread only.
    /// </summary>
    public long TipTimeUnixMs { get; set; }

    /// <summary>Offset of the newest event in storage; 0 if there is none since the start. Writer thread only.</summary>
    public long StoredThrough { get; set; }

    /// <summary>Whether the topic has a row in storage. Writer thread only.</summary>
    public bool Stored { get; set; }

    /// <summary>Offset up to which the index and the figures in storage are complete. Writer thread only.</summary>
    public long IndexedThrough { get; set; }

    /// <summary>Number of events kept up to <see cref="IndexedThrough"/>. Writer thread only.</summary>
    public long IndexedCount { get; set; }

    /// <summary>Size of the data kept up to <see cref="IndexedThrough"/>, in bytes. Writer thread only.</summary>
    public long IndexedBytes { get; set; }

    /// <summary>Whether retention has listed the topic, because events become too old. Writer thread only, as are the three following.</summary>
    public bool IsListedByAge { get; set; }

    /// <summary>Whether retention has listed the topic, because it has too many events or bytes.</summary>
    public bool IsListedAsOversized { get; set; }

    /// <summary>Whether retention has listed the topic, because it has no events.</summary>
    public bool IsListedAsEmpty { get; set; }

    /// <summary>Whether retention has listed the topic, because events were deleted on request.</summary>
    public bool IsListedAsDeleted { get; set; }

    public void Restore(long tip, long first, long count, long bytes, long trimmedThrough, long deletedThrough)
    {
        Volatile.Write(ref _deletedThrough, deletedThrough);
        Volatile.Write(ref _tip, tip);
        Volatile.Write(ref _first, first);
        Volatile.Write(ref _count, count);
        Volatile.Write(ref _bytes, bytes);
        Volatile.Write(ref _trimmedThrough, trimmedThrough);
        (IndexedCount, IndexedBytes) = (count, bytes);
    }

    /// <summary>Sets the offset of the event that completed the topic. Call before the event appears in the hot tail.</summary>
    public void SetCompleted(long offset) => Volatile.Write(ref _completedAt, offset);

    public void SetPublic()
    {
        if (!_isPublic)
        {
            Volatile.Write(ref _isPublic, true);
        }
    }

    public void Added(long offset, int bytes)
    {
        // Happens only after a crash within a generation: the stored figures already include the event.
        if (offset <= IndexedThrough)
        {
            return;
        }

        Volatile.Write(ref _version, _version + 1);
        if (_count == 0)
        {
            Volatile.Write(ref _first, offset);
        }

        Volatile.Write(ref _tip, offset);
        Volatile.Write(ref _count, _count + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>
    /// Announces that events up to <paramref name="through"/> are about to be removed. Call before the removal, so that a reader that no longer finds
    /// them learns the reason.
    /// </summary>
    public void Trimming(long through) => Volatile.Write(ref _trimmedThrough, Math.Max(_trimmedThrough, through));

    /// <summary>
    /// Hides the events up to <paramref name="through"/> from every reader. Call after the deletion is durable, and after <see cref="Trimming"/>.
    /// </summary>
    public void Delete(long through)
    {
        Volatile.Write(ref _deletedThrough, Math.Max(_deletedThrough, through));
    }

    /// <summary>Whether readers get an event of this topic at <paramref name="offset"/>: neither retention nor a deletion has removed it.</summary>
    public bool Keeps(long offset) => Counts(offset) && offset > DeletedThrough;

    /// <summary>Whether the figures of this topic still count an event at <paramref name="offset"/>, which may be deleted but not removed yet.</summary>
    /// <remarks>
    /// The count is read first. If events were added since then, the first offset is not above theirs. If all were removed since then, it is 0, and
    /// the result is true for an event that was just removed, as it was a moment earlier.
    /// </remarks>
    public bool Counts(long offset) => Count > 0 && offset >= First;

    /// <summary>Whether the topic has more events or bytes than its policy keeps. The newest event stays, whatever its size. Writer thread only.</summary>
    /// <param name="lessCount">Number of events that are about to be removed.</param>
    /// <param name="lessBytes">Size of their data.</param>
    public bool IsOversized(long lessCount = 0, long lessBytes = 0) =>
        (Policy.MaxCount > 0 && _count - lessCount > Policy.MaxCount)
        || (Policy.MaxBytes > 0 && _bytes - lessBytes > Policy.MaxBytes && _count - lessCount > 1);

    /// <summary>Whether the newest event is older than the policy keeps. Writer thread only.</summary>
    public bool IsExpired(long nowUnixMs) => Policy.MaxAge > TimeSpan.Zero && nowUnixMs - TipTimeUnixMs >= (long)Policy.MaxAge.TotalMilliseconds;

    /// <summary>Subtracts removed events from the figures.</summary>
    public void Removed(long count, long bytes, long first)
    {
        Volatile.Write(ref _version, _version + 1);
        Volatile.Write(ref _count, _count - count);
        Volatile.Write(ref _bytes, _bytes - bytes);
        Volatile.Write(ref _first, first);
        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>A consistent set of the figures.</summary>
    public TopicInfo Describe()
    {
        var wait = new SpinWait();
        while (true)
        {
            int version = Volatile.Read(ref _version);
            (long tip, long first, long count, long bytes, long trimmed) = (Tip, First, Count, Bytes, TrimmedThrough);
            if ((version & 1) == 0 && Volatile.Read(ref _version) == version)
            {
                // Deleted events are gone for every reader; until they are removed, the figures of the others are an upper bound.
                (first, count, bytes) = IsDeleted ? (0, 0, 0) : (first > 0 ? Math.Max(first, DeletedThrough + 1) : 0, count, bytes);
                return new TopicInfo(
                    Name, tip, first, count, bytes, trimmed, Policy.Durability, Policy.SlowConsumer, Policy.Selector, Policy.MaxAge, Policy.MaxCount, Policy.MaxBytes, IsComplete);
            }

            wait.SpinOnce();
        }
    }
}
