using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>Writes the index (topic, offset) and the figures of topics, later than the events. Writer thread only.</summary>
/// <remarks>
/// Writing each index row at once would change one page per topic in every transaction: with 10,000 topics that is 4 KiB written per event of 200
/// bytes. Instead, events wait here while the hot tail keeps them available, and a generation of them is written sorted by topic, in slices that are
/// part of the transactions of later events. After a crash the unindexed events are read again from the log, in sequence.
/// </remarks>
internal sealed class TopicIndexer
{
    /// <summary>
    /// Number of entries in a generation: large enough that topics repeat in it, small enough that the hot tail can hold two generations.
    /// </summary>
    public const int GenerationEntries = 16_384;

    /// <summary>Maximum number of entries written with one transaction of events: a few milliseconds at most.</summary>
    public const int SliceEntries = 1_024;

    private readonly Statement _insert;
    private readonly Statement _figures;
    private readonly Statement _through;
    private List<Entry> _pending = [];
    private List<Entry> _generation = [];
    private long _pendingThrough;
    private long _generationThrough;
    private int _next;
    private bool _wanted;

    public TopicIndexer(Database database, long indexedThrough)
    {
        _insert = database.Prepare("INSERT OR IGNORE INTO topic_events (topic, offset) VALUES (?1, ?2)");
        _figures = database.Prepare("UPDATE topics SET tip = ?2, first = ?3, count = ?4, bytes = ?5, indexed_through = ?6, is_public = ?7, completed_at = ?8 WHERE id = ?1");
        _through = database.Prepare("UPDATE log SET indexed_through = ?1");
        IndexedThrough = _pendingThrough = _generationThrough = indexedThrough;
    }

    /// <summary>Offset up to which every durable event is in the index.</summary>
    public long IndexedThrough { get; private set; }

    public bool HasWork => _next < _generation.Count || _pending.Count > 0;

    /// <summary>Whether a generation is full, requested, or partly written.</summary>
    public bool IsDue => _next < _generation.Count || _pending.Count >= GenerationEntries || (_wanted && _pending.Count > 0);

    /// <summary>Requests that waiting entries are written before a generation is full, because retention sees only indexed events.</summary>
    public void Want() => _wanted = true;

    /// <summary>Adds a committed event that is in storage.</summary>
    public void Add(LoggedEvent committed)
    {
        Add(committed.Topic, committed);
        foreach (Topic alternate in committed.Alternates)
        {
            Add(alternate, committed);
        }

        _pendingThrough = committed.Offset;
    }

    /// <summary>
    /// Writes entries inside the caller's transaction. They count only after the caller has committed and called <see cref="Committed"/>; after a
    /// rollback the same entries are written again.
    /// </summary>
    public Slice Write(int maxEntries)
    {
        if (_next >= _generation.Count)
        {
            StartGeneration();
        }

        int at = _next;
        int end = at + Math.Min(_generation.Count - at, maxEntries);
        while (at < end)
        {
            // The figures of a topic are written with its last entry, so a slice must end with a complete topic.
            at = WriteTopic(at);
        }

        bool whole = at >= _generation.Count;
        if (whole)
        {
            _through.Bind(1, _generationThrough).Run();
        }

        return new Slice(at, whole);
    }

    /// <summary>Marks a slice as durable after its transaction has committed.</summary>
    public void Committed(Slice slice)
    {
        for (int at = _next; at < slice.End; at++)
        {
            Entry entry = _generation[at];
            entry.Topic.IndexedThrough = _generationThrough;
            entry.Topic.IndexedCount++;
            entry.Topic.IndexedBytes += entry.Bytes;
        }

        _next = slice.End;
        if (slice.IsWhole)
        {
            IndexedThrough = _generationThrough;
            _generation.Clear();
            _next = 0;
        }
    }

    private void Add(Topic topic, LoggedEvent committed)
    {
        if (committed.Offset > topic.IndexedThrough)
        {
            _pending.Add(new Entry(topic, committed.Offset, committed.Event.Data.Length));
        }
    }

    private void StartGeneration()
    {
        (_generation, _pending) = (_pending, _generation);
        _pending.Clear();
        (_next, _wanted) = (0, false);
        _generationThrough = _pendingThrough;
        _generation.Sort(static (a, b) => a.Topic.Id != b.Topic.Id ? a.Topic.Id.CompareTo(b.Topic.Id) : a.Offset.CompareTo(b.Offset));
    }

    private int WriteTopic(int at)
    {
        Topic topic = _generation[at].Topic;
        long count = topic.IndexedCount;
        long bytes = topic.IndexedBytes;
        long tip = 0;
        for (; at < _generation.Count && _generation[at].Topic == topic; at++)
        {
            tip = _generation[at].Offset;
            count++;
            bytes += _generation[at].Bytes;
            _insert.Bind(1, topic.Id).Bind(2, tip).Run();
        }

        _figures.Bind(1, topic.Id).Bind(2, tip).Bind(3, topic.First).Bind(4, count).Bind(5, bytes).Bind(6, _generationThrough)
            .Bind(7, topic.IsPublic ? 1 : 0).Bind(8, topic.CompletedAt).Run();
        return at;
    }

    /// <summary>Progress of a write: entries before <paramref name="End"/>, the whole generation if <paramref name="IsWhole"/>.</summary>
    internal readonly record struct Slice(int End, bool IsWhole);

    private readonly record struct Entry(Topic Topic, long Offset, int Bytes);
}
