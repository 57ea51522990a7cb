using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;
using Longwave.Server.Http;
using Longwave.Server.Identity;

namespace Longwave.Server.Publish;

/// <summary>Fills the engine's request with the events of an HTTP request; what the engine or the grants refuse becomes a problem.</summary>
/// <param name="request">The engine's request, which checks rules and limits.</param>
/// <param name="idempotencyKey">The request's <c>Idempotency-Key</c>, which with the caller and the index names an event, or null.</param>
/// <param name="batch">Whether problems say which event of the request they are about.</param>
/// <param name="caller">The publisher: each event needs a grant for each of its topics.</param>
internal sealed class PublicationList(PublishRequest request, string? idempotencyKey, bool batch, Caller caller)
{
    /// <summary>The hub's address in Mercure's sense, below which only the hub publishes; null when it has none.</summary>
    public string? HubUrl { get; init; }

    /// <summary>The events so far.</summary>
    public PublishRequest Request => request;

    /// <summary>Adds a raw event.</summary>
    public Problem? Add(Event e)
    {
        IdempotencyKey? key = idempotencyKey is null ? null : IdempotencyKey.FromHeader(caller.Owner, e.Topic, idempotencyKey, request.Count);

        return request.Add(e, key) is { } refused ? Refuse(refused, isRaw: true) : CheckGrants(e);
    }

    /// <summary>Adds a CloudEvent, whose source and id are its idempotency key unless the request has one.</summary>
    public Problem? Add(Event e, in CloudEventIdentity identity)
    {
        IdempotencyKey key = idempotencyKey is null
            ? IdempotencyKey.FromCloudEvent(e.Topic, identity.Source, identity.Id)
            : IdempotencyKey.FromHeader(caller.Owner, e.Topic, idempotencyKey, request.Count);
        return request.Add(e, key) is { } refused ? Refuse(refused, isRaw: false) : CheckGrants(e);
    }

    /// <summary>A problem of the event that would have been next.</summary>
    public Problem Refuse(EventProblem problem) => PublishRefusals.Of(problem, problem.Field, batch ? problem.Index ?? request.Count : null);

    private Problem Refuse(PublishResult refused, bool isRaw)
    {
        if (refused is not { Outcome: PublishOutcome.InvalidEvent, Problem: { } problem })
        {
            return PublishRefusals.Of(refused);
        }

        // Of a raw event, what the rules call data is the body, and its content type is the header.
        string field = !isRaw ? problem.Field : problem.Field switch { "data" => "body", "datacontenttype" => "Content-Type", _ => problem.Field };
        return PublishRefusals.Of(problem, field, batch ? problem.Index : null);
    }

    /// <summary>Of the event added last.</summary>
    private int? Index => batch ? request.Count - 1 : null;

    /// <summary>After the rules, as a topic that breaks them is refused for that. A request with a refused event is never published.</summary>
    private Problem? CheckGrants(Event e)
    {
        if (HubUrl is not null && (ReservedTopics.IsBelow(e.Topic, HubUrl) || e.Alternates.Any(topic => ReservedTopics.IsBelow(topic, HubUrl))))
        {
            return new Problem(
                ProblemTypes.Forbidden, "The topic is below the hub's own URL, where only the hub publishes. Nothing was appended.", "topic", Index);
        }

        string? forbidden = caller.MayPublish(e.Topic, e.Type) ? e.Alternates.FirstOrDefault(topic => !caller.MayPublish(topic, e.Type)) : e.Topic;
        return forbidden is null
            ? null
            : Authenticator.Forbid(
                caller,
                $"No grant allows publishing to `{forbidden}`{(e.Type is null ? "" : $" (type `{e.Type}`)")}. Nothing was appended.",
                "topic",
                Index);
    }
}
