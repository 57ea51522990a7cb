namespace Longwave.Engine.Topics;

/// <summary>
/// The known topics that a filter matches: what a catch-up reader looks for in storage. Grows as topics are made; for one thread at a
/// time.
/// </summary>
internal sealed class TopicMatches(TopicFilter filter, TopicTable topics)
{
    private readonly Dictionary<int, Topic> _found = [];
    private int _seenId;
    private int _unknown = filter.Exact.Count;

    public bool IsAll => filter.MatchesAll;

    public IReadOnlyCollection<Topic> Found => _found.Values;

    /// <summary>Takes in the topics made since the last call.</summary>
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

    /// <summary>Whether the topic is asked for. It must have been made before the last <see cref="Refresh"/>.</summary>
    public bool Contains(Topic topic) => IsAll || _found.ContainsKey(topic.Id);

    /// <summary>Newest offset that was removed from any of the topics asked for.</summary>
    public long TrimmedThrough()
    {
        if (IsAll)
        {
            return topics.TrimmedThrough;
        }

        // Of a topic that is not known (any more), everything before the last forgotten one may be missing. The number found says nothing about
        // that: a topic that was forgotten and came back is found twice.
        long trimmed = filter.HasPatterns || _unknown > 0 ? topics.ForgottenThrough : 0;
        foreach (Topic topic in _found.Values)
        {
            trimmed = Math.Max(trimmed, topic.TrimmedThrough);
        }

        return trimmed;
    }

    private void FindByPattern()
    {
        // Ids are given in order, so only those after the last one seen are new.
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
