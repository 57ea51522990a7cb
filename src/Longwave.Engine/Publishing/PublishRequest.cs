using System.Threading.Tasks.Sources;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Publishing;

/// <summary>The events of one publish, which are appended as a whole or not at all. Made by <see cref="HubEngine.NewRequest"/>, published once; for one thread.</summary>
/// <remarks>
/// The first object on the path of an event, and the one that its publisher awaits. Every way into the log goes through <see cref="Add"/>, so the rules of an event and the limits of a request are checked here and nowhere
/// else: an event that breaks a rule would end every stream that it reaches.
/// </remarks>
public sealed class PublishRequest : IValueTaskSource<PublishResult>
{
    /// <summary>Longest <see cref="SourcePosition"/>, in bytes: it is written with every transaction.</summary>
    public const int MaxSourcePositionBytes = 1_024;

    private readonly HubLimits _limits;

    // Most requests have one event, and need no list for it.
    private Publication _first;
    private List<Publication>? _more;

    // The publisher goes on elsewhere: the writer thread must not run its code.
    private ManualResetValueTaskSourceCore<PublishResult> _done = new() { RunContinuationsAsynchronously = true };
    private byte[]? _sourcePosition;
    private bool _isSubmitted;

    internal PublishRequest(HubLimits limits) => _limits = limits;

    /// <summary>Events added.</summary>
    public int Count { get; private set; }

    internal Publication this[int index] => index == 0 ? _first : _more![index - 1];

    /// <summary>Bytes of data of all events.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Bytes that all events count for in the hot tail.</summary>
    internal long TailBytes { get; private set; }

    internal byte[]? SourcePosition => _sourcePosition;

    internal ValueTask<PublishResult> Done => new(this, _done.Version);

    /// <summary>
    /// Names the position of an upstream (a broker, another hub, a database) up to which this request brings its events, in the bytes of the
    /// upstream's reader. It is stored in the transaction of the events, so after a restart the reader goes on from
    /// <see cref="HubEngine.SourcePosition"/>: no event is missing and none comes twice. A refused request does not move it.
    /// </summary>
    /// <exception cref="ArgumentException">The position is longer than <see cref="MaxSourcePositionBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The request has been published.</exception>
    public void SetSourcePosition(ReadOnlySpan<byte> position)
    {
        ThrowIfSubmitted();
        if (position.Length > MaxSourcePositionBytes)
        {
            throw new ArgumentException($"A source position has at most {MaxSourcePositionBytes} bytes; this one has {position.Length}.", nameof(position));
        }

        _sourcePosition = position.ToArray();
    }

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

        if (Count == 0)
        {
            _first = new Publication(e, key);
        }
        else
        {
            (_more ??= []).Add(new Publication(e, key));
        }

        Count++;
        Bytes += e.Data.Length;
        TailBytes += LoggedEvent.SizeOf(e);
        return null;
    }

    /// <summary>From here on nothing is added, and the request belongs to the writer.</summary>
    internal void Submit()
    {
        ThrowIfSubmitted();
        _isSubmitted = true;
    }

    /// <summary>Writer thread only, once.</summary>
    internal void Complete(PublishResult result) => _done.SetResult(result);

    PublishResult IValueTaskSource<PublishResult>.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<PublishResult>.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource<PublishResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

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
