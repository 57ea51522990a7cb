using Longwave.Engine.Configuration;

namespace Longwave.Engine.Topics;

/// <summary>What is known of one topic. The writer alone changes it; any thread reads it.</summary>
/// <remarks>
/// Memory order. Every figure is a release store and an acquire load, so single ones can be relied on in the order in which the writer stores them:
/// <list type="bullet">
/// <item>An event is added here before it appears in the hot tail: a reader that has it from there sees a count and a first offset that include it.</item>
/// <item><see cref="TrimmedThrough"/> rises before <see cref="Count"/> and <see cref="First"/> say that events are gone: a reader that no longer
/// finds them, and reads it afterwards, knows why.</item>
/// </list>
/// <see cref="Describe"/> alone needs all figures of one moment. For it the writer makes <c>_version</c> odd before it changes them and even
/// afterwards; a reader that finds it odd, or changed since it began, reads again.
/// </remarks>
internal sealed class Topic(int id, string name, TopicPolicy policy)
{
    private int _version;
    private long _tip;
    private long _first;
    private long _count;
    private long _bytes;
    private long _trimmedThrough;
    private bool _isPublic;

    public int Id { get; } = id;

    public string Name { get; } = name;

    public TopicPolicy Policy { get; } = policy;

    public bool InMemory => Policy.Durability == Durability.Memory;

    /// <summary>Whether it ever had an event that is not private: the name of one that had none is nobody's business but of those granted.</summary>
    public bool IsPublic => Volatile.Read(ref _isPublic);

    /// <summary>Offset of the newest event; 0 when there never was one.</summary>
    public long Tip => Volatile.Read(ref _tip);

    /// <summary>Offset of the oldest event kept; 0 when none is.</summary>
    public long First => Volatile.Read(ref _first);

    public long Count => Volatile.Read(ref _count);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>
    /// Offset of the newest event that was removed; a subscriber from before it has missed something. Older ones may still be there: an
    /// event with several topics goes when the policy of its first one says so.
    /// </summary>
    public long TrimmedThrough => Volatile.Read(ref _trimmedThrough);

    /// <summary>When its newest event was appended, in milliseconds since the Unix epoch; for a topic of an earlier start, when retention looked at it first. Writer thread only.</summary>
    public long TipTimeUnixMs { get; set; }

    /// <summary>Offset of its newest event that is in storage; 0 when there is none since the start. Writer thread only.</summary>
    public long StoredThrough { get; set; }

    /// <summary>Whether the topic has its row in storage. Writer thread only.</summary>
    public bool Stored { get; set; }

    /// <summary>How far the index and the figures in storage are complete. Writer thread only.</summary>
    public long IndexedThrough { get; set; }

    /// <summary>Events kept up to <see cref="IndexedThrough"/>. Writer thread only.</summary>
    public long IndexedCount { get; set; }

    /// <summary>Bytes kept up to <see cref="IndexedThrough"/>. Writer thread only.</summary>
    public long IndexedBytes { get; set; }

    public void Restore(long tip, long first, long count, long bytes, long trimmedThrough)
    {
        Volatile.Write(ref _tip, tip);
        Volatile.Write(ref _first, first);
        Volatile.Write(ref _count, count);
        Volatile.Write(ref _bytes, bytes);
        Volatile.Write(ref _trimmedThrough, trimmedThrough);
        (IndexedCount, IndexedBytes) = (count, bytes);
    }

    public void SetPublic()
    {
        if (!_isPublic)
        {
            Volatile.Write(ref _isPublic, true);
        }
    }

    public void Added(long offset, int bytes)
    {
        // Only after a crash in the middle of a generation: the figures had it already.
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
    /// Events up to <paramref name="through"/> are about to go. Said before they do, so that a reader that no longer finds them finds out
    /// why.
    /// </summary>
    public void Trimming(long through) => Volatile.Write(ref _trimmedThrough, Math.Max(_trimmedThrough, through));

    /// <summary>Whether an event of this topic at <paramref name="offset"/> is one that it still has.</summary>
    /// <remarks>
    /// The count is read first. If events were added since, the first offset is not above theirs; if all were removed since, it is 0, and the
    /// answer is yes for an event that has just gone, as it would have been a moment earlier.
    /// </remarks>
    public bool Keeps(long offset) => Count > 0 && offset >= First;

    /// <summary>Whether its newest event is older than its policy keeps. Writer thread only.</summary>
    public bool IsExpired(long nowUnixMs) => Policy.MaxAge > TimeSpan.Zero && nowUnixMs - TipTimeUnixMs >= (long)Policy.MaxAge.TotalMilliseconds;

    /// <summary>So many events are gone.</summary>
    public void Removed(long count, long bytes, long first)
    {
        Volatile.Write(ref _version, _version + 1);
        Volatile.Write(ref _count, _count - count);
        Volatile.Write(ref _bytes, _bytes - bytes);
        Volatile.Write(ref _first, first);
        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>The figures of one moment.</summary>
    public TopicInfo Describe()
    {
        var wait = new SpinWait();
        while (true)
        {
            int version = Volatile.Read(ref _version);
            (long tip, long first, long count, long bytes, long trimmed) = (Tip, First, Count, Bytes, TrimmedThrough);
            if ((version & 1) == 0 && Volatile.Read(ref _version) == version)
            {
                return new TopicInfo(
                    Name, tip, first, count, bytes, trimmed, Policy.Durability, Policy.SlowConsumer, Policy.Selector, Policy.MaxAge, Policy.MaxCount, Policy.MaxBytes);
            }

            wait.SpinOnce();
        }
    }
}
