using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;
using Longwave.Server.Http;
using Longwave.Server.Identity;

namespace Longwave.Server.Publish;

/// <summary>Gathers the events of one request; each is checked as it comes, so that nothing is appended unless all are right.</summary>
/// <param name="limits">The limits of events and requests.</param>
/// <param name="idempotencyKey">The request's <c>Idempotency-Key</c>, which names event and index, or null.</param>
/// <param name="batch">Whether problems say which event of the request they are about.</param>
/// <param name="caller">Who publishes: each event needs a grant for each of its topics.</param>
internal sealed class PublicationList(HubLimits limits, string? idempotencyKey, bool batch, Caller caller)
{
    private readonly List<Publication> _publications = [];

    /// <summary>The hub's address in Mercure's sense, below which nobody else publishes; null when it has none.</summary>
    public string? HubUrl { get; init; }

    /// <summary>The events so far.</summary>
    public IReadOnlyList<Publication> Publications => _publications;

    /// <summary>Adds a raw event.</summary>
    public Problem? Add(Event e)
    {
        EventProblem? problem = EventRules.Check(e, limits.MaxEventBytes);
        if (problem is not null)
        {
            // For a raw body, what the rules call data is the body, and its content type is the header.
            string field = problem.Field switch { "data" => "body", "datacontenttype" => "Content-Type", _ => problem.Field };
            return Translate(problem, field);
        }

        if (CheckGrants(e) is { } forbidden)
        {
            return forbidden;
        }

        _publications.Add(new Publication(e, idempotencyKey is null ? null : IdempotencyKey.FromHeader(e.Topic, idempotencyKey, _publications.Count)));
        return null;
    }

    /// <summary>Adds a CloudEvent, whose source and id are its idempotency key unless the request has one.</summary>
    public Problem? Add(Event e, in CloudEventIdentity identity)
    {
        if (_publications.Count >= limits.MaxRequestEvents)
        {
            return new Problem(ProblemTypes.TooManyEvents, $"One request may have {limits.MaxRequestEvents} events; send several.", "body");
        }

        EventProblem? problem = EventRules.Check(e, limits.MaxEventBytes);
        if (problem is not null)
        {
            return Refuse(problem);
        }

        if (CheckGrants(e) is { } forbidden)
        {
            return forbidden;
        }

        IdempotencyKey key = idempotencyKey is null
            ? IdempotencyKey.FromCloudEvent(e.Topic, identity.Source, identity.Id)
            : IdempotencyKey.FromHeader(e.Topic, idempotencyKey, _publications.Count);
        _publications.Add(new Publication(e, key));
        return null;
    }

    /// <summary>A problem of the event that would have been next.</summary>
    public Problem Refuse(EventProblem problem) => Translate(problem, problem.Field);

    private Problem? CheckGrants(Event e)
    {
        if (HubUrl is not null && (ReservedTopics.IsBelow(e.Topic, HubUrl) || e.Alternates.Any(topic => ReservedTopics.IsBelow(topic, HubUrl))))
        {
            return new Problem(
                ProblemTypes.Forbidden, "A topic is below the hub's own address, where only the hub publishes. Nothing was appended.", "topic", batch ? _publications.Count : null);
        }

        string? forbidden = caller.MayPublish(e.Topic, e.Type) ? e.Alternates.FirstOrDefault(topic => !caller.MayPublish(topic, e.Type)) : e.Topic;
        return forbidden is null
            ? null
            : Authenticator.Forbid(
                caller,
                $"Nothing grants publishing to `{forbidden}`{(e.Type is null ? "" : $" (type `{e.Type}`)")}. Nothing was appended.",
                "topic",
                batch ? _publications.Count : null);
    }

    private Problem Translate(EventProblem problem, string field)
    {
        ProblemType type = (problem.Kind, field) switch
        {
            (EventProblemKind.NotUtf8, _) => ProblemTypes.InvalidUtf8,
            (EventProblemKind.TooLarge, "data" or "data_base64" or "body" or "attributes" or "headers") => ProblemTypes.EventTooLarge,
            (EventProblemKind.Invalid, "body") => ProblemTypes.MalformedBody,
            _ => ProblemTypes.InvalidEvent,
        };
        return new Problem(type, problem.Detail, field, batch ? problem.Index ?? _publications.Count : null);
    }
}
