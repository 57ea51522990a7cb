using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Publishing;

/// <summary>The events of one publish, which are appended as a whole or not at all. Made by <see cref="HubEngine.NewRequest"/>, published once; for one thread.</summary>
/// <remarks>
/// Every way into the log goes through <see cref="Add"/>, so the rules of an event and the limits of a request are checked here and nowhere
/// else: an event that breaks a rule would end every stream that it reaches.
/// </remarks>
public sealed class PublishRequest
{
    private readonly HubLimits _limits;
    private readonly List<Publication> _publications = [];
    private readonly TaskCompletionSource<PublishResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isSubmitted;

    internal PublishRequest(HubLimits limits) => _limits = limits;

    /// <summary>Events added.</summary>
    public int Count => _publications.Count;

    internal IReadOnlyList<Publication> Publications => _publications;

    /// <summary>Bytes of data of all events.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Bytes that all events count for in the hot tail.</summary>
    internal long TailBytes { get; private set; }

    internal Task<PublishResult> Done => _done.Task;

    /// <summary>Adds an event.</summary>
    /// <param name="e">The event. The hub keeps its data without a copy: the bytes must not change from here on.</param>
    /// <param name="key">Its idempotency key; null when a repeat can't be told from a new event.</param>
    /// <returns>
    /// Null when it was added, else the refusal: <see cref="PublishOutcome.InvalidEvent"/>, <see cref="PublishOutcome.TooManyEvents"/> or
    /// <see cref="PublishOutcome.RequestTooLarge"/>. The request is then as it was before the call.
    /// </returns>
    /// <exception cref="InvalidOperationException">The request has been published.</exception>
    public PublishResult? Add(Event e, IdempotencyKey? key = null)
    {
        ArgumentNullException.ThrowIfNull(e);
        ThrowIfSubmitted();
        if (Count >= _limits.MaxRequestEvents)
        {
            return Refuse(PublishOutcome.TooManyEvents, $"One request may have {_limits.MaxRequestEvents} events; send several.");
        }

        e = WithDistinctTopics(e);
        if (EventRules.Check(e, _limits.MaxEventBytes) is { } problem)
        {
            return PublishResult.Refused(PublishOutcome.InvalidEvent, problem with { Index = Count });
        }

        if (Bytes + e.Data.Length > _limits.MaxRequestBytes)
        {
            return Refuse(PublishOutcome.RequestTooLarge, $"The data of one request may have {_limits.MaxRequestBytes} bytes in all; send several requests.");
        }

        _publications.Add(new Publication(e, key));
        Bytes += e.Data.Length;
        TailBytes += TailEvent.SizeOf(e);
        return null;
    }

    /// <summary>From here on nothing is added, and the request belongs to the writer.</summary>
    internal void Submit()
    {
        ThrowIfSubmitted();
        _isSubmitted = true;
    }

    internal void Complete(PublishResult result) => _done.TrySetResult(result);

    private static PublishResult Refuse(PublishOutcome outcome, string detail) =>
        PublishResult.Refused(outcome, new EventProblem("body", detail, EventProblemKind.TooLarge));

    /// <summary>A topic that an event names twice would count it twice. The list is copied: the caller may change its own.</summary>
    private static Event WithDistinctTopics(Event e) =>
        e.Alternates.Count == 0 ? e : e with { Alternates = [.. e.Alternates.Where(alternate => alternate != e.Topic).Distinct()] };

    private void ThrowIfSubmitted()
    {
        if (_isSubmitted)
        {
            throw new InvalidOperationException("A request is published once; make a new one with NewRequest.");
        }
    }
}
