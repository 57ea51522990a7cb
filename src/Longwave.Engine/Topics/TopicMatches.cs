namespace Longwave.Engine.Topics;

/// <summary>
/// Known topics that a filter matches, for which a catch-up reader searches storage. Grows as topics are created, up to a limit; beyond it the list is
/// dropped, and the topics of each event are matched instead. For one thread at a time.
/// </summary>
/// <param name="filter">Selectors of the subscription.</param>
/// <param name="topics">All topics.</param>
/// <param name="most">Maximum number of topics in the list.</param>
internal sealed class TopicMatches(TopicFilter filter, TopicTable topics, int most)
{
    /// <summary>Work of the look-up of one topic, in the unit of <see cref="Protocol.Selectors.Selector.Matches(string, ref long)"/>.</summary>
    private const int TopicWork = 16;

    /// <summary>Work between two checks whether the stream ends: about a millisecond.</summary>
    private const int CheckWork = 1_048_576;

    private Dictionary<int, Topic>? _found = filter.MatchesAll ? null : [];
    private int _seenId;
    private int _unknown = filter.Exact.Count;
    private long _trimmedThrough;
    private long _seenTrims = -1;

    /// <summary>
    /// The topics; null if the list is not kept, because the subscription requests all topics or more than the limit. Then a reader must read every
    /// event.
    /// </summary>
    public IReadOnlyCollection<Topic>? Found => _found?.Values;

    /// <summary>Adds the topics that were created since the last call.</summary>
    /// <param name="maxWork">Maximum work of the matches. Beyond it the next call continues.</param>
    /// <returns>Whether all topics were examined.</returns>
    public bool Refresh(long maxWork = long.MaxValue)
    {
        int lastId = topics.LastId;
        if (_found is null || lastId == _seenId)
        {
            return true;
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

        // Ids are assigned in order, so only ids after the last one seen are new.
        long work = 0;
        for (int id = _seenId + 1; filter.HasPatterns && id <= lastId && _found.Count <= most; id++)
        {
            if (work > maxWork)
            {
                _seenId = id - 1;
                return false;
            }

            work += TopicWork;
            if (topics.TryGet(id, out Topic? topic) && filter.Matches(topic.Name, ref work))
            {
                _found[id] = topic;
            }
        }

        _seenId = lastId;
        if (_found.Count > most)
        {
            _found = null;
        }

        return true;
    }

    /// <summary>Whether the subscription requests the topic. The topic must have been created before the last <see cref="Refresh"/>.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="work">Rises by the work of the match.</param>
    public bool Contains(Topic topic, ref long work) => _found is not null ? _found.ContainsKey(topic.Id) : filter.Matches(topic.Name, ref work);

    /// <summary>Newest offset that was removed from any of the requested topics.</summary>
    /// <param name="isEnding">Whether the stream ends, so that its figures are no longer needed.</param>
    public long TrimmedThrough(Func<bool>? isEnding = null)
    {
        if (filter.MatchesAll)
        {
            return topics.TrimmedThrough;
        }

        if (_found is null)
        {
            FindTrimmed(isEnding);
        }
        else
        {
            foreach (Topic topic in _found.Values)
            {
                _trimmedThrough = Math.Max(_trimmedThrough, topic.TrimmedThrough);
            }
        }

        // For a topic that is unknown (or forgotten), every event up to the last forgotten one may be missing. The number of topics found does not
        // show that, because a topic that was forgotten and created again is found twice.
        return Math.Max(_trimmedThrough, filter.HasPatterns || _unknown > 0 ? topics.ForgottenThrough : 0);
    }

    /// <summary>
    /// Whether events after <paramref name="after"/> were deleted on request from a requested topic. If the topics are not listed, a deletion from any
    /// topic counts, and for an unknown topic one from any forgotten topic: only the reason of a gap depends on it, not its range.
    /// </summary>
    public bool HasDeletions(long after)
    {
        if (topics.DeletedThrough <= after || _found is null)
        {
            return topics.DeletedThrough > after;
        }

        return ((filter.HasPatterns || _unknown > 0) && topics.ForgottenDeletedThrough > after) || _found.Values.Any(topic => topic.DeletedThrough > after);
    }

    /// <summary>Examines all topics, because the list is not kept; only if something was removed since the last call.</summary>
    private void FindTrimmed(Func<bool>? isEnding)
    {
        // The count is read before the topics. A removal that the enumeration does not see yet raises the count afterwards (TopicTable).
        long trims = topics.Trims;
        if (trims == _seenTrims)
        {
            return;
        }

        _seenTrims = trims;
        long work = 0;
        long checkAt = CheckWork;
        foreach (Topic topic in topics.All)
        {
            if (topic.TrimmedThrough is var trimmed && trimmed > _trimmedThrough && filter.Matches(topic.Name, ref work))
            {
                _trimmedThrough = trimmed;
            }

            if (work > checkAt)
            {
                if (isEnding?.Invoke() == true)
                {
                    return;
                }

                checkAt = work + CheckWork;
            }
        }
    }
}
