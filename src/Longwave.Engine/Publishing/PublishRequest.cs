using System.Threading.Tasks.Sources;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Events of one publish, which are appended as a whole or not at all. Created by <see cref="HubEngine.NewRequest"/>, published once; for one thread.
/// </summary>
/// <remarks>
/// The request is the first object on the path of an event, and the one that its publisher awaits. All events reach the log through
/// <see cref="Add"/>, so this is the only check of the rules of an event and the limits of a request. An event that breaks a rule would end every
/// stream that receives it.
/// </remarks>
public sealed class PublishRequest : IValueTaskSource<PublishResult>
{
    /// <summary>Maximum length of <see cref="SourcePosition"/> in bytes; it is written with every transaction.</summary>
    public const int MaxSourcePositionBytes = 1_024;

    private readonly HubLimits _limits;
    private readonly SharedCounters<PublishOutcome> _rejected;

    // Most requests have one event and need no list.
    private Publication _first;
    private List<Publication>? _more;

    // Continuations run asynchronously, so that the writer thread does not run the publisher's code.
    private ManualResetValueTaskSourceCore<PublishResult> _done = new() { RunContinuationsAsynchronously = true };
    private byte[]? _sourcePosition;
    private bool _isSubmitted;

    internal PublishRequest(HubLimits limits, SharedCounters<PublishOutcome> rejected) => (_limits, _rejected) = (limits, rejected);

    /// <summary>Number of events added.</summary>
    public int Count { get; private set; }

    internal Publication this[int index] => index == 0 ? _first : _more![index - 1];

    /// <summary>Size of the data of all events, in bytes.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Size of all events in the hot tail, in bytes.</summary>
    internal long TailBytes { get; private set; }

    /// <summary>Whether an event completes its topic.</summary>
    internal bool HasCompletion { get; private set; }

    internal byte[]? SourcePosition => _sourcePosition;

    internal ValueTask<PublishResult> Done => new(this, _done.Version);

    /// <summary>
    /// Sets the position in an upstream (a broker, another hub, a database) that this request reaches, in the encoding of the upstream's reader. The
    /// position is stored in the transaction of the events, so after a restart the reader continues from <see cref="HubEngine.SourcePosition"/>
    /// without missing or repeated events. A rejected request does not change it.
    /// </summary>
    /// <exception cref="ArgumentException">The position is longer than <see cref="MaxSourcePositionBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The request has been published.</exception>
    public void SetSourcePosition(ReadOnlySpan<byte> position)
    {
        ThrowIfSubmitted();
        if (position.Length > MaxSourcePositionBytes)
        {
            throw new ArgumentException($"A source position is limited to {MaxSourcePositionBytes} bytes; this one has {position.Length}.", nameof(position));
        }

        _sourcePosition = position.ToArray();
    }

    /// <summary>Adds an event.</summary>
    /// <param name="e">The event. The hub keeps its data without a copy, so the bytes must not change afterwards.</param>
    /// <param name="key">Idempotency key of the event; null if repeats are not recognized.</param>
    /// <returns>
    /// Null if the event was added, otherwise the rejection: <see cref="PublishOutcome.InvalidEvent"/>, <see cref="PublishOutcome.TooManyEvents"/> or
    /// <see cref="PublishOutcome.RequestTooLarge"/>. A rejection leaves the request unchanged.
    /// </returns>
    /// <exception cref="InvalidOperationException">The request has been published.</exception>
    public PublishResult? Add(Event e, IdempotencyKey? key = null)
    {
        ArgumentNullException.ThrowIfNull(e);
        ThrowIfSubmitted();
        if (Count >= _limits.MaxRequestEvents)
        {
            return RejectSize(PublishOutcome.TooManyEvents, $"A request is limited to {_limits.MaxRequestEvents} events; send several requests.");
        }

        e = WithDistinctTopics(e);
        if (EventRules.Check(e, _limits.MaxEventBytes) is { } problem)
        {
            return Reject(PublishOutcome.InvalidEvent, problem with { Index = Count });
        }

        if (Bytes + e.Data.Length > _limits.MaxRequestBytes)
        {
            return RejectSize(PublishOutcome.RequestTooLarge, $"The data of a request is limited to {_limits.MaxRequestBytes} bytes in total; send several requests.");
        }

        e = EventRules.Normalize(e);
        if (Count == 0)
        {
            _first = new Publication(e, key);
        }
        else
        {
            (_more ??= []).Add(new Publication(e, key));
        }

        Count++;
        HasCompletion |= e.IsCompletion;
        Bytes += e.Data.Length;
        TailBytes += LoggedEvent.SizeOf(e);
        return null;
    }

    /// <summary>Closes the request for new events; from here on the writer thread owns it.</summary>
    internal void Submit()
    {
        ThrowIfSubmitted();
        _isSubmitted = true;
    }

    /// <summary>Completes the request with its result. Writer thread only, once.</summary>
    internal void Complete(PublishResult result) => _done.SetResult(result);

    PublishResult IValueTaskSource<PublishResult>.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<PublishResult>.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource<PublishResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    private PublishResult RejectSize(PublishOutcome outcome, string detail) => Reject(outcome, new EventProblem("body", detail, EventProblemKind.TooLarge));

    private PublishResult Reject(PublishOutcome outcome, EventProblem problem)
    {
        _rejected.Add(outcome);
        return PublishResult.Refused(outcome, problem);
    }

    /// <summary>
    /// Removes repeated topics, because the event would count twice for such a topic. The list is copied, so that the caller can change its own.
    /// </summary>
    private static Event WithDistinctTopics(Event e) =>
        e.Alternates.Count == 0 ? e : e with { Alternates = [.. e.Alternates.Where(alternate => alternate != e.Topic).Distinct()] };

    private void ThrowIfSubmitted()
    {
        if (_isSubmitted)
        {
            throw new InvalidOperationException("A request can be published only once; create another with NewRequest.");
        }
    }
}
