using System.Globalization;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;
using Longwave.Server.Browsers;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Subscribe;

/// <summary>The validated parameters of a subscription: those of <c>GET /v1/events</c>, or of the body of <c>QUERY</c> and <c>POST</c>.</summary>
/// <param name="Media">Media type of the answer.</param>
/// <param name="Request">The request for the engine.</param>
/// <param name="Wait">How long a poll waits for its first event.</param>
/// <param name="Limit">Maximum number of events of a poll.</param>
internal sealed record EventsQuery(EventsMedia Media, SubscribeRequest Request, TimeSpan Wait, int Limit)
{
    private static readonly QueryParameter[] Known =
    [
        new("topic", Repeatable: true) { HasNoLists = true }, new("type", Repeatable: true) { HasNoLists = true }, new(LastEventId.Parameter) { Alias = LastEventId.ParameterAlias }, new(SinceParameter.Name), new("format"), new("fields"), new("wait"), new("limit"),
        PaceParameters.MaxRate, PaceParameters.Conflate,
        new("ticket"), new("access_token"),
    ];

    /// <summary>The ticket in the query, or null.</summary>
    public string? Ticket { get; private init; }

    /// <summary>The token in the query, or null.</summary>
    public string? AccessToken { get; private init; }

    /// <summary>Only the media type and selectors, because the record would also print the secrets.</summary>
    public override string ToString() => $"{Media} {string.Join(' ', Request.Selectors)}";

    /// <summary>The parameters, for the tests that compare them with the OpenAPI document.</summary>
    public static IReadOnlyList<QueryParameter> Parameters => Known;

    /// <summary>Reads parameters and headers; returns the first problem, or null.</summary>
    /// <param name="request">The request, for its headers.</param>
    /// <param name="parameters">The parameters in the syntax of a query, or null.</param>
    /// <param name="limits">Limits of the hub.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="query">The parameters.</param>
    public static Problem? TryRead(HttpRequest request, string? parameters, HubLimits limits, TimeProvider clock, out EventsQuery query)
    {
        query = null!;
        Problem? problem = QueryValues.TryRead(parameters, Known, out QueryValues values);
        problem ??= AcceptHeader.TryNegotiate(request.Headers.Accept, out EventsMedia media)
            ?? TryReadSelectors(values.All("topic"), limits, out IReadOnlyList<Selector> selectors)
            ?? TryReadTypes(values.All("type"), limits, out IReadOnlyList<string> types)
            ?? TryReadFormat(values, media, out EventFormat format)
            ?? SinceParameter.TryRead(values.Single(SinceParameter.Name), clock.GetUtcNow(), limits.MaxLastEvents, out Since since)
            ?? TryReadNumber(values, "wait", media, 0, limits.MaxPollWaitSeconds, 0, out int wait)
            ?? TryReadNumber(values, "limit", media, 1, limits.MaxPollEvents, limits.MaxPollEvents, out int limit)
            ?? PaceParameters.TryRead(values, media, out double maxRate, out bool conflate)
            ?? Take(out query, media, values, request, selectors, types, format, since, wait, limit, maxRate, conflate);
        return problem;
    }

    private static Problem? Take(
        out EventsQuery query,
        EventsMedia media,
        QueryValues values,
        HttpRequest request,
        IReadOnlyList<Selector> selectors,
        IReadOnlyList<string> types,
        EventFormat format,
        Since since,
        int wait,
        int limit,
        double maxRate,
        bool conflate)
    {
        query = new EventsQuery(
            media,
            new SubscribeRequest
            {
                Selectors = selectors,
                Types = types,
                Format = format,
                LastEventId = LastEventId.Read(request.Headers, values.Single(LastEventId.Parameter)),
                Since = since,
                MaxRate = maxRate,
                Conflate = conflate,
                Streaming = media != EventsMedia.Json,
                NeedsStartEvent = EventSourceRequest.Is(request),
                EndWhenLive = media == EventsMedia.Json && wait == 0,
            },
            TimeSpan.FromSeconds(wait),
            limit)
        {
            Ticket = values.Single("ticket"),
            AccessToken = values.Single("access_token"),
        };
        return null;
    }

    private static Problem? TryReadSelectors(IReadOnlyList<string> topics, HubLimits limits, out IReadOnlyList<Selector> selectors)
    {
        selectors = [];
        if (topics.Count == 0)
        {
            return new Problem(ProblemTypes.MissingParameter, "Name the topics: `?topic=NAME`, repeated for several topics, or `?topic=*` for all.", "topic");
        }

        if (topics.Count > limits.MaxSelectorsPerSubscription)
        {
            return new Problem(
                ProblemTypes.TooManySelectors,
                $"{topics.Count} selectors; one subscription is limited to {limits.MaxSelectorsPerSubscription}. A glob such as `prices/*` covers many topics.",
                "topic");
        }

        var found = new Selector[topics.Count];
        int count = 0;
        long cost = 0;
        HashSet<string>? seen = topics.Count > 1 ? new HashSet<string>(topics.Count) : null;
        foreach (string topic in topics)
        {
            if (!Selector.TryParse(topic, out Selector? selector, out string? error))
            {
                return new Problem(ProblemTypes.InvalidSelector, error ?? "Not a selector.", "topic");
            }

            // Checked for each selector, because the compilation of the rest also costs.
            cost += selector!.Cost;
            if (cost > limits.MaxSubscriptionCost)
            {
                return StreamOpener.TooCostly(cost, limits.MaxSubscriptionCost, "topic");
            }

            if (seen?.Add(topic) != false)
            {
                found[count++] = selector!;
            }
        }

        selectors = count == found.Length ? found : found[..count];
        return null;
    }

    private static Problem? TryReadTypes(IReadOnlyList<string> types, HubLimits limits, out IReadOnlyList<string> read)
    {
        read = types.Count == 0 ? [] : types;
        if (types.Count > limits.MaxTypesPerSubscription)
        {
            return new Problem(
                ProblemTypes.TooManySelectors, $"{types.Count} types; one subscription is limited to {limits.MaxTypesPerSubscription}.", "type");
        }

        foreach (string type in types)
        {
            if (EventRules.CheckType(type) is { } problem)
            {
                return new Problem(ProblemTypes.InvalidParameter, problem.Detail, "type");
            }
        }

        return null;
    }

    private static Problem? TryReadFormat(QueryValues values, EventsMedia media, out EventFormat format)
    {
        string? name = values.Single("format");
        string? fields = values.Single("fields");
        format = (media, name == "cloudevents") switch
        {
            (EventsMedia.EventStream, false) => fields is null ? EventFormat.Sse : EventFormat.SseWithTopics,
            (EventsMedia.EventStream, true) => EventFormat.SseCloudEvents,
            (_, false) => EventFormat.Json,
            (_, true) => EventFormat.JsonCloudEvents,
        };
        if (name is not (null or "raw" or "cloudevents"))
        {
            return new Problem(ProblemTypes.InvalidParameter, "`format` must be `raw` (the default) or `cloudevents`.", "format");
        }

        // The other formats contain the topic anyway, so a client can send the same parameters for all of them.
        return fields is null or "topic"
            ? null
            : new Problem(ProblemTypes.InvalidParameter, "`fields` must be `topic`: each event of an event stream then has a field `topic:`.", "fields");
    }

    /// <summary>Reads an integer parameter of polls; a value above <paramref name="most"/> is reduced to it.</summary>
    private static Problem? TryReadNumber(QueryValues values, string name, EventsMedia media, int least, int most, int absent, out int number)
    {
        number = absent;
        string? text = values.Single(name);
        if (text is null)
        {
            return null;
        }

        if (media != EventsMedia.Json)
        {
            return new Problem(
                ProblemTypes.InvalidParameter, $"`{name}` is for polls only: send `Accept: application/json`, or omit it for a stream.", name);
        }

        // Digits only, of any number: a value that overflows means "as much as possible".
        if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return new Problem(ProblemTypes.InvalidParameter, $"`{name}` must be an integer of at least {least}.", name);
        }

        long value = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long parsed) ? parsed : long.MaxValue;
        if (value < least)
        {
            return new Problem(ProblemTypes.InvalidParameter, $"`{name}` must be an integer of at least {least}.", name);
        }

        number = (int)Math.Min(value, most);
        return null;
    }
}
