using Longwave.Engine.Topics;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Publishing;

/// <summary>Rejects events for topics that are complete. Writer thread only.</summary>
/// <remarks>
/// Not part of the sequencer, which must accept every record of an upstream. Repeats pass: a publisher that repeats its last request gets the positions
/// of the first one.
/// </remarks>
internal sealed class CompletionCheck(TopicTable topics, Sequencer sequencer)
{
    private readonly HashSet<string> _completedByRequest = new(StringComparer.Ordinal);
    private bool _isUsed;

    /// <summary>The problem of a request with an event for a complete topic, or null.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeUnixMs">Time of arrival.</param>
    public EventProblem? Check(PublishRequest request, long timeUnixMs)
    {
        // Most logs have no complete topics, so most requests need no lookup.
        _isUsed = _isUsed || request.HasCompletion || topics.HaveCompletions;
        if (!_isUsed)
        {
            return null;
        }

        _completedByRequest.Clear();
        for (int i = 0; i < request.Count; i++)
        {
            Publication publication = request[i];
            if (sequencer.IsRepeat(publication, timeUnixMs))
            {
                continue;
            }

            Event e = publication.Event;
            string? complete = IsComplete(e.Topic) ? e.Topic : null;
            for (int alternate = 0; alternate < e.Alternates.Count; alternate++)
            {
                complete ??= IsComplete(e.Alternates[alternate]) ? e.Alternates[alternate] : null;
            }

            if (e.IsCompletion)
            {
                _completedByRequest.Add(e.Topic);
            }
            else if (complete is not null)
            {
                return new EventProblem(
                    "topic",
                    $"The topic `{complete}` is complete: its last event was published. Publish to a new topic, for example with a number in its name. If this is a repeat of the last request, send the `Idempotency-Key` of the first one. Nothing was appended.",
                    EventProblemKind.Invalid)
                { Index = i };
            }
        }

        return null;
    }

    private bool IsComplete(string topic) => _completedByRequest.Contains(topic) || sequencer.CompletedAt(topic) is not null;
}
