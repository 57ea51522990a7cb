using Longwave.Engine;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Events;
using Longwave.Server.Configuration;
using Longwave.Server.Hub;
using Longwave.Server.Publish;

namespace Longwave.Server;

/// <summary>
/// Publishes events from inside the application, without HTTP. The rules and limits of events and requests are those of <c>POST /v1/events</c>
/// (spec/protocol.md, "Publish"); rights and limits of clients do not apply, because there is no client. For any thread.
/// </summary>
/// <remarks>
/// A service of <see cref="LongwaveServices.AddLongwave"/>. The hub is open from before the first hosted service starts until after the web server has
/// stopped.
/// </remarks>
public sealed class LongwavePublisher
{
    /// <summary>The publisher's name in idempotency keys: no client can have it, so no client can use the application's keys.</summary>
    private static readonly (string Issuer, string Subject) Self = ("", "");

    private readonly RunningHub _hub;
    private readonly LongwaveOptions _options;

    /// <summary>Created by the container.</summary>
    internal LongwavePublisher(RunningHub hub, LongwaveOptions options) => (_hub, _options) = (hub, options);

    /// <summary>Publishes one event.</summary>
    /// <param name="e">The event. The hub keeps its data without a copy, so the bytes must not change afterwards.</param>
    /// <param name="idempotencyKey">
    /// Name of this publish, 1 to 255 characters: a repeat with the same topic and name is one event, and has the position of the first. Null if repeats
    /// are not recognized.
    /// </param>
    /// <returns>
    /// The result, when the event is as durable as its policy requires. A rejection is a value, too (<see cref="PublishResult.Outcome"/>): then nothing
    /// was appended, except for <see cref="PublishOutcome.Stopped"/>. Await the result once.
    /// </returns>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public ValueTask<PublishResult> PublishAsync(Event e, string? idempotencyKey = null)
    {
        ArgumentNullException.ThrowIfNull(e);
        return PublishAsync([e], idempotencyKey);
    }

    /// <summary>Publishes events, all or none, in this order.</summary>
    /// <param name="events">The events. The hub keeps their data without a copy, so the bytes must not change afterwards.</param>
    /// <param name="idempotencyKey">Name of this publish, 1 to 255 characters; each event is identified by it together with its topic and index. Null if repeats are not recognized.</param>
    /// <returns>The result for all events: see the method for one event.</returns>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public ValueTask<PublishResult> PublishAsync(IReadOnlyList<Event> events, string? idempotencyKey = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (!_hub.TryGetEngine(out HubEngine? engine))
        {
            return ValueTask.FromResult(new PublishResult(PublishOutcome.ShuttingDown, []));
        }

        if (idempotencyKey is { Length: 0 or > BodyHeaders.MaxIdempotencyKeyLength })
        {
            return Reject("idempotencyKey", $"The idempotency key has {idempotencyKey.Length} characters; it must have 1 to {BodyHeaders.MaxIdempotencyKeyLength}.", null);
        }

        if (events.Count == 0)
        {
            return ValueTask.FromResult(new PublishResult(PublishOutcome.Accepted, []));
        }

        PublishRequest request = engine.NewRequest();
        for (int i = 0; i < events.Count; i++)
        {
            Event e = events[i] ?? throw new ArgumentException($"Event {i} is null.", nameof(events));
            IdempotencyKey? key = idempotencyKey is null ? null : IdempotencyKey.FromHeader(Self, e.Topic, idempotencyKey, i);
            if (request.Add(e, key) is { } refused)
            {
                return ValueTask.FromResult(refused);
            }

            if (_options.Mercure.Enabled && (IsReserved(e.Topic) || e.Alternates.Any(IsReserved)))
            {
                return Reject("topic", "The topic is below the hub's own URL, where only the hub publishes.", i);
            }
        }

        return engine.PublishAsync(request);
    }

    private bool IsReserved(string topic) => ReservedTopics.IsBelowAnyHub(topic, _options.Mercure.PublicUrl);

    private static ValueTask<PublishResult> Reject(string field, string detail, int? index) => ValueTask.FromResult(
        PublishResult.Refused(PublishOutcome.InvalidEvent, new EventProblem(field, detail, EventProblemKind.Invalid) { Index = index }));
}
