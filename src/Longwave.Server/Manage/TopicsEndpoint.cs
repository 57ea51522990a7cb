using System.Globalization;
using System.Text.Json;
using Longwave.Engine.Configuration;
using Longwave.Engine.Topics;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Manage;

/// <summary><c>/v1/topics</c>: lists the topics of the log in pages, sorted by name; <see cref="DeletionEndpoint"/> has the method DELETE.</summary>
internal sealed class TopicsEndpoint(
    RunningHub hub, LongwaveOptions options, Authenticator authenticator, PatternCompiler compiler, DeletionEndpoint deletions, ListResponse lists, EndpointGuard refusals)
{
    private const string Methods = "GET, HEAD, DELETE, OPTIONS";

    private static readonly QueryParameter[] Known = [new("topic") { HasNoLists = true }, new("after"), new("limit")];

    /// <summary>The parameters, for the tests that compare them with the OpenAPI document.</summary>
    public static IReadOnlyList<QueryParameter> Parameters => Known;

    public async Task HandleAsync(HttpContext context)
    {
        if (await refusals.AnswerMethodAsync(context, Methods))
        {
            return;
        }

        if (HttpMethods.IsDelete(context.Request.Method))
        {
            await deletions.HandleAsync(context);
            return;
        }

        (Selector? filter, string? after, int limit) = (null, null, 0);
        Problem? problem = await compiler.RunAsync(context, () => TryRead(context.Request, out filter, out after, out limit));
        Caller? caller = null;
        if (problem is null && (await refusals.AuthenticateAsync(context, authenticator)).TryGet(out caller, out problem) && !caller.Reads)
        {
            problem = Authenticator.Forbid(caller, "No grant allows reading any topic.");
        }

        if (problem is not null)
        {
            await refusals.WriteAsync(context, problem);
            return;
        }

        TopicPage page = hub.Engine.Topics(filter, after, limit, caller!.Access);
        if (page.IsCursorUnknown)
        {
            await refusals.WriteAsync(context, new Problem(ProblemTypes.InvalidParameter, "The hub has removed the topic that `after` refers to: list again without `after`.", "after"));
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        uint epoch = hub.Engine.Tip.Epoch;
        problem = await lists.WriteAsync(
            context,
            JsonResponse.MediaType,
            static json => json.WriteStartArray("topics"u8),
            page.Topics,
            (json, topic) => WriteTopic(json, topic, epoch),
            json => WriteRest(json, page));
        if (problem is not null)
        {
            await refusals.WriteAsync(context, problem);
        }
    }

    private Problem? TryRead(HttpRequest request, out Selector? filter, out string? after, out int limit)
    {
        filter = null;
        limit = 0;
        Problem? problem = QueryValues.TryRead(request.QueryString.Value, Known, out QueryValues values);
        after = values.Single("after");
        return problem ?? TryReadFilter(values.Single("topic"), out filter) ?? TryReadLimit(values.Single("limit"), out limit);
    }

    private static Problem? TryReadFilter(string? text, out Selector? filter)
    {
        filter = null;
        return text is null || Selector.TryParse(text, out filter, out string? error)
            ? null
            : new Problem(ProblemTypes.InvalidSelector, error, "topic");
    }

    private Problem? TryReadLimit(string? text, out int limit)
    {
        int most = options.Server.MaxTopicsPerPage;
        limit = most;
        if (text is null)
        {
            return null;
        }

        if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('0', '9') || text.AsSpan().TrimStart('0').IsEmpty)
        {
            return new Problem(ProblemTypes.InvalidParameter, "`limit` must be an integer of at least 1.", "limit");
        }

        limit = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? Math.Min(parsed, most) : most;
        return null;
    }

    /// <summary>Writes the members after the list.</summary>
    private static void WriteRest(Utf8JsonWriter json, TopicPage page)
    {
        if (page.Next is not null)
        {
            json.WriteString("next"u8, page.Next);
        }

        if (page.Total is { } total)
        {
            json.WriteNumber("total"u8, total);
        }
    }

    /// <summary>Omits positions that do not exist (a topic without events).</summary>
    private static void WriteTopic(Utf8JsonWriter json, TopicInfo topic, uint epoch)
    {
        json.WriteStartObject();
        json.WriteString("topic"u8, topic.Name);
        WritePosition(json, "tip"u8, epoch, topic.Tip);
        WritePosition(json, "first"u8, epoch, topic.First);
        WritePosition(json, "trimmed_through"u8, epoch, topic.TrimmedThrough);
        if (topic.IsComplete)
        {
            json.WriteBoolean("complete"u8, true);
        }

        json.WriteNumber("count"u8, topic.Count);
        json.WriteNumber("bytes"u8, topic.Bytes);
        json.WriteString("durability"u8, topic.Durability == Durability.Memory ? "memory" : "log");
        json.WriteString("slow_consumer"u8, WordOf(topic.SlowConsumer));
        json.WriteStartObject("retention"u8);
        if (topic.Policy is not null)
        {
            json.WriteString("policy"u8, topic.Policy);
        }

        WriteBound(json, "max_age_seconds"u8, (long)topic.MaxAge.TotalSeconds);
        WriteBound(json, "max_count"u8, topic.MaxCount);
        WriteBound(json, "max_bytes"u8, topic.MaxBytes);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string WordOf(SlowConsumer policy) => policy switch
    {
        SlowConsumer.Conflate => "conflate",
        SlowConsumer.Skip => "skip",
        SlowConsumer.Disconnect => "disconnect",
        _ => "catchup",
    };

    private static void WritePosition(Utf8JsonWriter json, ReadOnlySpan<byte> name, uint epoch, long offset)
    {
        if (offset > 0)
        {
            json.WriteString(name, new Position(epoch, offset).ToString());
        }
    }

    /// <summary>Writes a limit; zero means unlimited and is omitted.</summary>
    private static void WriteBound(Utf8JsonWriter json, ReadOnlySpan<byte> name, long bound)
    {
        if (bound > 0)
        {
            json.WriteNumber(name, bound);
        }
    }
}
