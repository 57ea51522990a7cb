namespace Longwave.Engine.Topics;

/// <summary>
/// Known topics that a filter matches, for which a catch-up reader searches storage. Grows as topics are created; for one thread at a time.
/// </summary>
internal sealed class TopicMatches(TopicFilter filter, TopicTable topics)
{
    private readonly Dictionary<int, Topic> _found = [];
    private int _seenId;
    private int _unknown = filter.Exact.Count;

    public bool IsAll => filter.MatchesAll;

    public IReadOnlyCollection<Topic> Found => _found.Values;

    /// <summary>Adds the topics that were created since the last call.</summary>
    public void Refresh()
    {
        int lastId = topics.LastId;
        if (IsAll || lastId == _seenId)
        {
            return;
        }

        _unknown = 0;
        foreach (string name in filter.Exact)
        {
            if (topics.TryGet(name, out Topic? topic))
            {
                _found[topic.Id] = topic;
            }
            else
            {
                _unknown++;
            }
        }

        if (filter.HasPatterns)
        {
            FindByPattern();
        }

        _seenId = lastId;
    }

    /// <summary>Whether the subscription requests the topic. The topic must have been created before the last <see cref="Refresh"/>.</summary>
    public bool Contains(Topic topic) => IsAll || _found.ContainsKey(topic.Id);

    /// <summary>Newest offset that was removed from any of the requested topics.</summary>
    public long TrimmedThrough()
    {
        if (IsAll)
        {
            return topics.TrimmedThrough;
        }

        // For a topic that is unknown (or forgotten), every event up to the last forgotten one may be missing. The number of topics found does not
        // show that, because a topic that was forgotten and created again is found twice.
        long trimmed = filter.HasPatterns || _unknown > 0 ? topics.ForgottenThrough : 0;
        foreach (Topic topic in _found.Values)
        {
            trimmed = Math.Max(trimmed, topic.TrimmedThrough);
        }

        return trimmed;
    }

    private void FindByPattern()
    {
        // Ids are assigned in order, so only ids after the last one seen are new.
        int lastId = topics.LastId;
        for (int id = _seenId + 1; id <= lastId; id++)
        {
            if (topics.TryGet(id, out Topic? topic) && filter.Matches(topic.Name))
            {
                _found[id] = topic;
            }
        }
    }
}
