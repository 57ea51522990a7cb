using Longwave.Engine.Log;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Deletions on request. One transaction records for each topic the offset up to which its events are deleted; from its commit on no reader receives
/// them, also after a crash. Retention then removes the events slice by slice, so that a deletion of any size costs publishers a few milliseconds.
/// </summary>
internal sealed class TopicDeletions(EventLog log)
{
    /// <summary>Maximum number of waiting deletions, and of deletions in one transaction. Further requests are rejected, and can be sent again.</summary>
    public const int MostWaiting = 256;

    private readonly Statement _delete = log.Database.Prepare(
        "UPDATE topics SET deleted_through = max(deleted_through, ?2), trimmed_through = max(trimmed_through, ?2) WHERE id = ?1");

    // Guards _waiting and _closed.
    private readonly Lock _gate = new();
    private readonly Queue<DeletionRequest> _waiting = [];
    private readonly List<Step> _steps = [];
    private PublishOutcome? _closed;

    /// <summary>Whether a deletion waits. For any thread.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count > 0;
            }
        }
    }

    /// <summary>Adds a request. Returns null, or the reason of the rejection. For any thread.</summary>
    public PublishOutcome? TryAdd(DeletionRequest request)
    {
        lock (_gate)
        {
            if (_closed is { } reason)
            {
                return reason;
            }

            if (_waiting.Count >= MostWaiting)
            {
                return PublishOutcome.QueueFull;
            }

            _waiting.Enqueue(request);
            return null;
        }
    }

    /// <summary>Deletes what was requested and answers. Throws if storage fails; the requests then wait for <see cref="Fail"/>. Writer thread only.</summary>
    /// <param name="offsetBefore">Offset of the newest event before a time, in milliseconds since the Unix epoch.</param>
    public void Run(Func<long, long> offsetBefore)
    {
        DeletionRequest[] requests;
        lock (_gate)
        {
            requests = [.. _waiting];
        }

        _steps.Clear();
        foreach (DeletionRequest request in requests)
        {
            _steps.Add(Resolve(request, offsetBefore));
        }

        if (_steps.Exists(static step => step.IsStored))
        {
            log.Writer.Transact(this, static deletions => deletions.Store());
        }

        foreach (Step step in _steps)
        {
            if (step is { Topic: { } topic, Through: > 0 })
            {
                Apply(topic, step.Through);
            }

            lock (_gate)
            {
                // Only this thread removes requests, so it is the one of the step.
                _waiting.Dequeue();
            }

            step.Request.Complete(step.Result);
        }
    }

    /// <summary>Rejects the waiting requests. Writer thread only.</summary>
    public void Fail(PublishOutcome outcome)
    {
        while (true)
        {
            DeletionRequest? request;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out request))
                {
                    return;
                }
            }

            request.Complete(new DeletionResult(outcome));
        }
    }

    /// <summary>Rejects the waiting and all later requests. Writer thread only.</summary>
    public void Close(PublishOutcome outcome)
    {
        lock (_gate)
        {
            _closed = outcome;
        }

        Fail(outcome);
    }

    private Step Resolve(DeletionRequest request, Func<long, long> offsetBefore)
    {
        if (!log.Topics.TryGet(request.Topic, out Topic? topic))
        {
            return new Step(request, null, 0, new DeletionResult(PublishOutcome.Accepted));
        }

        long through = topic.Tip;
        through = Math.Min(through, request.Through ?? through);
        through = Math.Min(through, request.Before is { } before ? offsetBefore(before.ToUnixTimeMilliseconds()) : through);
        bool hasDeleted = topic.Count > 0 && through >= Math.Max(topic.First, topic.DeletedThrough + 1);
        bool isEmpty = topic.Count == 0 || through >= topic.Tip || topic.IsDeleted;

        // A topic whose events retention has removed is deleted, too, if the request is for the whole topic: the log then forgets it at once.
        bool isMarked = hasDeleted || (request is { Through: null, Before: null } && through > topic.DeletedThrough);
        return new Step(request, topic, isMarked ? through : 0, new DeletionResult(
            PublishOutcome.Accepted, IsTopicKnown: true, hasDeleted ? through : topic.DeletedThrough, hasDeleted, isEmpty));
    }

    /// <summary>Writes the deletions to storage. Inside the transaction.</summary>
    private void Store()
    {
        foreach (Step step in _steps)
        {
            if (step.IsStored)
            {
                _delete.Bind(1, step.Topic!.Id).Bind(2, step.Through).Run();
            }
        }
    }

    private void Apply(Topic topic, long through)
    {
        // In this order: a reader that no longer gets an event finds the removal, and that it was a deletion.
        topic.Trimming(through);
        log.Topics.NoteTrimmed(through);
        log.Topics.NoteDeleted(through);
        topic.Delete(through);
        log.Retention.AddDeleted(topic);
    }

    /// <summary>A request with its result, and the offset through which the topic is marked as deleted; 0 if it stays as it is.</summary>
    private readonly record struct Step(DeletionRequest Request, Topic? Topic, long Through, DeletionResult Result)
    {
        /// <summary>Whether storage must know the deletion. Events of topics without a row are in the hot tail only, and end with the process.</summary>
        public bool IsStored => Through > 0 && Topic is { Stored: true };
    }
}
