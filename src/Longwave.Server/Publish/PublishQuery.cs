using Longwave.Server.Http;

namespace Longwave.Server.Publish;

/// <summary>The query of a publish.</summary>
/// <param name="Topics">The topic, then its alternates; empty when the body contains the topic.</param>
/// <param name="Type">Type of a raw event, or null.</param>
/// <param name="Key">Key, or null.</param>
/// <param name="IsPrivate">Whether events without the attribute are private.</param>
/// <param name="Completes">Whether the topic is complete after the events.</param>
internal readonly record struct PublishQuery(IReadOnlyList<string> Topics, string? Type, string? Key, bool IsPrivate, bool Completes)
{
    private static readonly QueryParameter[] Known = [new("topic", Repeatable: true), new("type"), new("key"), new("private"), new("complete")];

    /// <summary>The parameters, for the tests that compare them with the OpenAPI document.</summary>
    public static IReadOnlyList<QueryParameter> Parameters => Known;

    /// <summary>Reads the query for a format of the body. The values are validated later, with the events.</summary>
    public static Problem? TryRead(string? queryString, in BodyHeaders headers, out PublishQuery query)
    {
        query = default;
        Problem? problem = QueryValues.TryRead(queryString, Known, out QueryValues values);
        if (problem is not null)
        {
            return problem;
        }

        problem = TryReadFlag(values, "private", out bool isPrivate);
        if (problem is not null)
        {
            return problem;
        }

        problem = TryReadFlag(values, "complete", out bool completes);
        if (problem is not null)
        {
            return problem;
        }

        query = new PublishQuery(values.All("topic"), values.Single("type"), values.Single("key"), isPrivate, completes);
        if (headers.Kind == BodyKind.Raw)
        {
            return query.Topics.Count > 0
                ? null
                : new Problem(ProblemTypes.MissingParameter, WithoutTopic(headers), "topic");
        }

        if (query.Topics.Count > 1)
        {
            return new Problem(ProblemTypes.RepeatedParameter, "Alternate topics require a raw body; a CloudEvents request may name one `topic`, for events without a topic of their own.", "topic");
        }

        if (completes && query.Topics.Count == 0)
        {
            return new Problem(
                ProblemTypes.MissingParameter, "`complete=true` completes the topic in the query: add `topic=NAME`. To complete other topics, send events of the type `longwave.complete`.", "topic");
        }

        return query.Type is null
            ? null
            : new Problem(ProblemTypes.InvalidParameter, "`type` requires a raw body; a CloudEvent has its own type.", "type");
    }

    private static Problem? TryReadFlag(QueryValues values, string name, out bool value)
    {
        string? text = values.Single(name);
        value = text == "true";
        return text is null or "true" or "false" ? null : new Problem(ProblemTypes.InvalidParameter, $"`{name}` must be `true` or `false`.", name);
    }

    /// <summary>Names the topic's place; clients of other systems put it into the body.</summary>
    private static string WithoutTopic(in BodyHeaders headers)
    {
        const string Query = "Name the topic in the query: `POST /v1/events?topic=NAME`. The body is the data, unchanged";
        return headers.IsForm ? $"{Query}; the hub reads no form fields such as `topic=…&data=…`."
            : headers.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true
                ? $"{Query}. To name topics in the body, send `{{\"topic\":…,\"data\":…}}`, one on each line, as `Content-Type: application/x-ndjson`."
            : $"{Query}.";
    }
}
