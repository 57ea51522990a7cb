using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Publish;

/// <summary>Adds the events of an HTTP request to the engine's request; translates rejections of the engine or the grants into problems.</summary>
/// <param name="request">The engine's request, which checks rules and limits.</param>
/// <param name="idempotencyKey">The request's <c>Idempotency-Key</c>, which identifies an event together with the caller and the index, or null.</param>
/// <param name="batch">Whether problems contain the index of the event.</param>
/// <param name="caller">The publisher: each event needs a grant for each of its topics.</param>
internal readonly struct PublicationList(PublishRequest request, string? idempotencyKey, bool batch, Caller caller)
{
    /// <summary>The hub's Mercure URL, below which only the hub publishes; null when Mercure is disabled.</summary>
    public HubAddress? Address { get; init; }

    /// <summary>The HTTP request, which determines the URL; set with it.</summary>
    public HttpContext? Context { get; init; }

    /// <summary>Number of events added so far.</summary>
    public PublishRequest Request => request;

    /// <summary>Adds a raw event.</summary>
    public Problem? Add(Event e)
    {
        IdempotencyKey? key = idempotencyKey is null ? null : IdempotencyKey.FromHeader(caller.Owner, e.Topic, idempotencyKey, request.Count);

        return request.Add(e, key) is { } refused ? Refuse(refused, isRaw: true) : CheckGrants(e);
    }

    /// <summary>Adds an event of a native line. Its id, if any, has the meaning of an <c>Idempotency-Key</c> of its own; otherwise the key of the request applies.</summary>
    public Problem? Add(Event e, string? id)
    {
        IdempotencyKey? key = id is not null ? IdempotencyKey.FromHeader(caller.Owner, e.Topic, id, 0)
            : idempotencyKey is not null ? IdempotencyKey.FromHeader(caller.Owner, e.Topic, idempotencyKey, request.Count)
            : null;
        return request.Add(e, key) is { } refused ? Refuse(refused, isRaw: false) : CheckGrants(e);
    }

    /// <summary>Adds the event that completes a topic. It needs no idempotency key, because a completed topic has one completion.</summary>
    public Problem? AddCompletion(Event completion) => request.Add(completion) is { } refused ? Refuse(refused, isRaw: true) : CheckGrants(completion);

    /// <summary>Adds a CloudEvent. Without a key of the request, its source and id are its idempotency key.</summary>
    public Problem? Add(Event e, in CloudEventIdentity identity)
    {
        IdempotencyKey key = idempotencyKey is null
            ? IdempotencyKey.FromCloudEvent(e.Topic, identity.Source, identity.Id)
            : IdempotencyKey.FromHeader(caller.Owner, e.Topic, idempotencyKey, request.Count);
        return request.Add(e, key) is { } refused ? Refuse(refused, isRaw: false) : CheckGrants(e);
    }

    /// <summary>A problem of the next event, which could not be added.</summary>
    public Problem Refuse(EventProblem problem) => PublishProblems.Of(problem, problem.Field, batch ? problem.Index ?? request.Count : null);

    private Problem Refuse(PublishResult refused, bool isRaw)
    {
        if (refused is not { Outcome: PublishOutcome.InvalidEvent, Problem: { } problem })
        {
            return PublishProblems.Of(refused);
        }

        // The rules name the fields of an event; for a raw event, data is the body, and its content type is a header.
        string field = !isRaw ? problem.Field : problem.Field switch { "data" => "body", "datacontenttype" => "Content-Type", _ => problem.Field };
        return PublishProblems.Of(problem, field, batch ? problem.Index : null);
    }

    /// <summary>Index of the last added event.</summary>
    private int? Index => batch ? request.Count - 1 : null;

    /// <summary>Checks the grants, after the rules, so that an invalid topic is rejected as invalid. A request with a rejected event is never published.</summary>
    private Problem? CheckGrants(Event e)
    {
        bool isReserved = IsReserved(e.Topic);
        string? forbidden = caller.MayPublish(e.Topic, e.Type) ? null : e.Topic;
        for (int i = 0; i < e.Alternates.Count; i++)
        {
            isReserved = isReserved || IsReserved(e.Alternates[i]);
            forbidden ??= caller.MayPublish(e.Alternates[i], e.Type) ? null : e.Alternates[i];
        }

        if (isReserved)
        {
            return new Problem(
                ProblemTypes.Forbidden, "The topic is below the hub's own URL, where only the hub publishes. Nothing was appended.", "topic", Index);
        }

        return forbidden is null
            ? null
            : Authenticator.Forbid(
                caller,
                $"No grant allows publishing to `{forbidden}`{(e.Type is null ? "" : $" (type `{e.Type}`)")}. Nothing was appended.",
                "topic",
                Index);
    }

    private bool IsReserved(string topic) =>
        ReservedTopics.IsSuspicious(topic) && Address is not null && ReservedTopics.IsBelow(topic, Address.Of(Context!));
}
