using System.Buffers;
using System.Text.Json;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Positions;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Longwave.Server.Subscribe;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Manage;

/// <summary><c>DELETE /v1/topics</c>: deletes a topic, or its events through a position or from before a time, for administrators.</summary>
internal sealed class DeletionEndpoint(
    RunningHub hub, Authenticator authenticator, ClientAddresses addresses, TimeProvider clock, EndpointGuard refusals, ILogger<DeletionEndpoint> logger)
{
    private static readonly QueryParameter[] Known = [new("topic"), new("through"), new("before")];

    /// <summary>The parameters, for the tests that compare them with the OpenAPI document.</summary>
    public static IReadOnlyList<QueryParameter> Parameters => Known;

    public async Task HandleAsync(HttpContext context)
    {
        Problem? problem = TryRead(context.Request, out DeletionRequest request);
        Caller? caller = null;
        if (problem is null && (await refusals.AuthenticateAsync(context, authenticator)).TryGet(out caller, out problem))
        {
            problem = caller.Grants.IsAdmin ? await DeleteAsync(context, caller, request) : Authenticator.Forbid(caller, "This request requires the admin role.");
        }

        if (problem is not null)
        {
            await refusals.WriteAsync(context, problem);
        }
    }

    private async ValueTask<Problem?> DeleteAsync(HttpContext context, Caller caller, DeletionRequest request)
    {
        DeletionResult result = await hub.Engine.DeleteAsync(request);
        if (ProblemOf(result) is { } problem)
        {
            return problem;
        }

        uint epoch = hub.Engine.Tip.Epoch;
        DeletionLog.Deleted(
            logger, request.Topic, new Position(epoch, result.Through), result.HasDeleted, result.IsEmpty, caller.ToString(), caller.Issuer, caller.TokenId ?? "", addresses.Of(context));
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("topic"u8, request.Topic);
            json.WriteBoolean("deleted"u8, result.HasDeleted);
            if (result.Through > 0)
            {
                json.WriteString("deleted_through"u8, new Position(epoch, result.Through).ToString());
            }

            json.WriteBoolean("empty"u8, result.IsEmpty);
            json.WriteEndObject();
        }

        context.Response.Headers.CacheControl = "no-store";
        await JsonResponse.WriteAsync(context, JsonResponse.MediaType, body.WrittenMemory);
        return null;
    }

    private static Problem? ProblemOf(DeletionResult result) => result.Outcome switch
    {
        PublishOutcome.Accepted when result.IsTopicKnown => null,
        PublishOutcome.Accepted => new Problem(ProblemTypes.NotFound, "The log has no such topic. `topic` must be the exact name of one topic; `GET /v1/topics` lists them.", "topic"),
        PublishOutcome.QueueFull => new Problem(ProblemTypes.Overloaded, "Too many deletions are waiting for the log; nothing was deleted."),
        PublishOutcome.ShortOfMemory => new Problem(ProblemTypes.ShortOfMemory, "The hub had too little memory for the deletion; nothing was deleted."),
        PublishOutcome.DiskFull => new Problem(ProblemTypes.DiskFull, "The disk of the log has no room to record the deletion; nothing was deleted."),
        PublishOutcome.ShuttingDown => new Problem(ProblemTypes.ShuttingDown, "The hub is shutting down; nothing was deleted."),
        _ => new Problem(ProblemTypes.PublishingStopped, "Writing to the log failed, so this hub deletes nothing until it is restarted."),
    };

    private Problem? TryRead(HttpRequest request, out DeletionRequest deletion)
    {
        deletion = null!;
        if (QueryValues.TryRead(request.QueryString.Value, Known, out QueryValues values) is { } problem)
        {
            return problem;
        }

        if (values.Single("topic") is not { Length: > 0 } topic)
        {
            return new Problem(ProblemTypes.MissingParameter, "`topic` must be the exact name of the topic to delete.", "topic");
        }

        if (values.Single("through") is { } through)
        {
            if (values.Single("before") is not null)
            {
                return new Problem(ProblemTypes.InvalidParameter, "Use either `through` or `before`.", "before");
            }

            Position tip = hub.Engine.Tip;
            if (!Position.TryParse(through, out Position position) || position.Epoch != tip.Epoch || position.Offset > tip.Offset)
            {
                return new Problem(ProblemTypes.InvalidParameter, $"`through` must be the position of an event of this log; the newest is `{tip}`.", "through");
            }

            deletion = new DeletionRequest(topic, through: position.Offset);
            return null;
        }

        if (values.Single("before") is not { } before)
        {
            deletion = new DeletionRequest(topic);
            return null;
        }

        if (!SinceParameter.TryReadTime(before, clock.GetUtcNow(), out DateTimeOffset time))
        {
            return new Problem(ProblemTypes.InvalidParameter, $"`before` must be {SinceParameter.TimeSyntax}.", "before");
        }

        deletion = new DeletionRequest(topic, before: time);
        return null;
    }
}
