using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Longwave.Engine.Configuration;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Topics;

/// <summary>Table of all topics that the log knows. The writer adds and removes; any thread looks up.</summary>
/// <remarks>
/// Memory order. A topic is added to both dictionaries before <see cref="LastId"/> includes it, and <see cref="ForgottenThrough"/> rises before a
/// topic is removed from them; all are release stores. So a reader that reads <see cref="LastId"/> first finds every topic up to it that was not
/// forgotten, and a reader that no longer finds a topic reads a <see cref="ForgottenThrough"/> of at least the topic's newest offset.
/// <see cref="Trims"/> rises after <see cref="Topic.TrimmedThrough"/> and before the removal: a reader that no longer finds an event, and reads
/// <see cref="Trims"/> and then the topics, finds the removal, or finds that <see cref="Trims"/> has not changed since it found it.
/// </remarks>
internal sealed class TopicTable(TopicPolicies policies)
{
    private readonly ConcurrentDictionary<string, Topic> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Topic> _byId = new();
    private int _count;
    private int _lastId;
    private long _trimmedThrough;
    private long _trims;
    private long _forgottenThrough;
    private long _deletedThrough;
    private long _forgottenDeletedThrough;

    // A separate count: a concurrent dictionary acquires all its locks to count, about one per few topics, which is too expensive for every publish.
    public int Count => Volatile.Read(ref _count);

    /// <summary>Highest id assigned so far. A reader that has seen all topics up to it needs to examine only newer ones.</summary>
    public int LastId => Volatile.Read(ref _lastId);

    /// <summary>Newest offset that was removed from any topic.</summary>
    public long TrimmedThrough => Volatile.Read(ref _trimmedThrough);

    /// <summary>Number of announced removals.</summary>
    public long Trims => Volatile.Read(ref _trims);

    /// <summary>Newest offset of the forgotten topics. For an unknown topic, no older event is known.</summary>
    public long ForgottenThrough => Volatile.Read(ref _forgottenThrough);

    /// <summary>Newest offset that was deleted on request from any topic, also a forgotten one.</summary>
    public long DeletedThrough => Volatile.Read(ref _deletedThrough);

    /// <summary>Newest offset that was deleted on request from a topic that is now forgotten.</summary>
    public long ForgottenDeletedThrough => Volatile.Read(ref _forgottenDeletedThrough);

    /// <summary>Whether any policy handles slow subscribers in another way than catching up.</summary>
    public bool HaveSlowPolicies => policies.AnySlow;

    /// <summary>Whether a topic was ever completed. Never false again, although retention removes completions. Writer thread only.</summary>
    public bool HaveCompletions { get; private set; }

    /// <summary>
    /// All topics, in no order and without a copy. Topics that are added or removed during the enumeration may or may not be included.
    /// </summary>
    public IEnumerable<Topic> All => _byId.Select(static pair => pair.Value);

    /// <summary>All topics, sorted by name.</summary>
    public TopicOrder Order { get; } = new();

    public bool TryGet(string name, [NotNullWhen(true)] out Topic? topic) => _byName.TryGetValue(name, out topic);

    public bool TryGet(int id, [NotNullWhen(true)] out Topic? topic) => _byId.TryGetValue(id, out topic);

    /// <summary>Whether an event is kept only in the hot tail: all its topics, known or new, have durability memory.</summary>
    public bool IsInMemory(Event e)
    {
        bool inMemory = IsInMemory(e.Topic);
        for (int i = 0; inMemory && i < e.Alternates.Count; i++)
        {
            inMemory = IsInMemory(e.Alternates[i]);
        }

        return inMemory;
    }

    /// <summary>Adds a topic that has no row in storage yet. Writer thread only.</summary>
    public Topic Add(string name) => Put(new Topic(_lastId + 1, name, policies.For(name)));

    /// <summary>Adds a topic from its row in storage. Writer thread only.</summary>
    public Topic Load(int id, string name) => Put(new Topic(id, name, policies.For(name)) { Stored = true });

    /// <summary>Marks a topic as complete by the event at an offset. Writer thread only.</summary>
    public void Complete(Topic topic, long offset)
    {
        HaveCompletions = true;
        topic.SetCompleted(offset);
    }

    /// <summary>Removes a topic that has no events left. Writer thread only.</summary>
    public void Forget(Topic topic)
    {
        NoteForgotten(Math.Max(topic.Tip, topic.TrimmedThrough), topic.DeletedThrough);
        _byName.TryRemove(topic.Name, out _);
        Order.Remove(topic);
        if (_byId.TryRemove(topic.Id, out _))
        {
            Volatile.Write(ref _count, _count - 1);
        }
    }

    /// <summary>Announces the removal of an event; call it after <see cref="Topic.Trimming"/> and before the removal. Writer thread only.</summary>
    public void NoteTrimmed(long offset)
    {
        Volatile.Write(ref _trimmedThrough, Math.Max(_trimmedThrough, offset));
        Volatile.Write(ref _trims, _trims + 1);
    }

    /// <summary>Announces a deletion; call it before <see cref="Topic.Delete"/>. Writer thread only.</summary>
    public void NoteDeleted(long offset) => Volatile.Write(ref _deletedThrough, Math.Max(_deletedThrough, offset));

    public void NoteForgotten(long offset, long deleted)
    {
        NoteDeleted(deleted);
        Volatile.Write(ref _forgottenDeletedThrough, Math.Max(_forgottenDeletedThrough, deleted));
        Volatile.Write(ref _forgottenThrough, Math.Max(_forgottenThrough, offset));
    }

    private bool IsInMemory(string name) => TryGet(name, out Topic? topic) ? topic.InMemory : policies.For(name).Durability == Durability.Memory;

    private Topic Put(Topic topic)
    {
        _byId[topic.Id] = topic;
        _byName[topic.Name] = topic;
        Order.Add(topic);
        Volatile.Write(ref _count, _count + 1);
        Volatile.Write(ref _lastId, Math.Max(_lastId, topic.Id));
        return topic;
    }
}
