using Longwave.Engine.Metrics;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>Forgets topics without events within one transaction: from storage at once, from the table of topics after the commit. Writer thread only.</summary>
internal sealed class TopicRemoval
{
    private readonly EventLog _log;
    private readonly Statement _deleteTopic;
    private readonly Statement _forgotten;
    private readonly Statement _newest;
    private readonly List<Topic> _forgettable = [];
    private Topic? _kept;

    public TopicRemoval(EventLog log)
    {
        _log = log;
        _deleteTopic = log.Database.Prepare("DELETE FROM topics WHERE id = ?1");
        _newest = log.Database.Prepare("SELECT max(id) FROM topics");
        _forgotten = log.Database.Prepare("UPDATE log SET forgotten_through = max(forgotten_through, ?1), deleted_through = max(deleted_through, ?2)");
    }

    /// <summary>Number of topics to forget in this transaction.</summary>
    public int Count => _forgettable.Count;

    /// <summary>Lists the topic that was kept because it was the newest, if there is a newer one.</summary>
    public void Start()
    {
        if (_kept is { } topic && _log.Topics.LastId > topic.Id)
        {
            _kept = null;
            _log.Retention.Add(topic);
        }
    }

    /// <summary>Whether a topic without events stays until there is a newer topic.</summary>
    public bool IsKept(Topic topic) => topic == _kept;

    /// <summary>Adds a topic without events, if the log may forget it.</summary>
    public void TryAdd(Topic topic, long nowUnixMs)
    {
        if (topic.TipTimeUnixMs == 0)
        {
            topic.TipTimeUnixMs = nowUnixMs;
        }

        // A topic without a tip was created for a publish that then failed.
        bool isUnused = topic.Tip == 0 && !topic.Stored;
        bool isIndexed = topic.StoredThrough <= topic.IndexedThrough;
        if (isUnused || (topic.Stored && isIndexed && (topic.Policy.MaxAge == TimeSpan.Zero || topic.IsDeleted || topic.IsExpired(nowUnixMs))))
        {
            _forgettable.Add(topic);
        }
    }

    /// <summary>Deletes the rows of the topics. Inside the transaction.</summary>
    public void Delete()
    {
        if (_forgettable.Count == 0)
        {
            return;
        }

        // Events can still refer to a topic as an alternate, so its number must not be assigned again. After a restart the next number is the
        // highest stored one plus one; therefore the newest topic stays until there is a newer one.
        long newest = NewestStored();
        if (_forgettable.Find(topic => topic.Id == newest) is { } kept)
        {
            _kept = kept;
            _forgettable.Remove(kept);
        }

        foreach (Topic topic in _forgettable.Where(static topic => topic.Stored))
        {
            _deleteTopic.Bind(1, topic.Id).Run();
            _forgotten.Bind(1, Math.Max(topic.Tip, topic.TrimmedThrough)).Bind(2, topic.DeletedThrough).Run();
        }
    }

    /// <summary>Removes the topics from the table, after the transaction has committed.</summary>
    public void Apply()
    {
        foreach (Topic topic in _forgettable)
        {
            topic.Stored = false;
            _log.Topics.Forget(topic);
            _log.Counters.Add(HubCounter.ForgottenTopics);
        }

        _forgettable.Clear();
    }

    /// <summary>Keeps the topics, after the transaction was rolled back.</summary>
    public void Discard() => _forgettable.Clear();

    private long NewestStored()
    {
        using Statement.Rows rows = _newest.Query();
        rows.Next();
        return _newest.Int64(0);
    }
}
