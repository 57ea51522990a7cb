using System.Buffers;
using System.Text.Json;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Manage;

/// <summary><c>POST /v1/tickets</c>: issues a ticket that opens and resumes one stream, for pages that cannot send headers.</summary>
internal sealed class TicketsEndpoint(Authenticator authenticator, EndpointGuard refusals)
{
    private const string Methods = "POST, OPTIONS";

    public async Task HandleAsync(HttpContext context)
    {
        if (await refusals.AnswerMethodAsync(context, Methods))
        {
            return;
        }

        Authentication found = await refusals.AuthenticateAsync(context, authenticator);
        if (!found.TryGet(out Caller? caller, out Problem? problem) || !caller.IsKnown)
        {
            await refusals.WriteAsync(context, problem ?? Authenticator.Forbid(caller!, "Getting a ticket requires a token."));
            return;
        }

        if (!authenticator.Tickets.TryIssue(caller, out string? ticket, out DateTimeOffset expires))
        {
            await refusals.WriteAsync(context, new Problem(ProblemTypes.Overloaded, "Too many unused tickets exist."));
            return;
        }

        var body = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(body, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("ticket"u8, ticket);
            json.WriteString("expires"u8, JsonResponse.Time(expires));
            json.WriteEndObject();
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.CacheControl = "no-store";
        await JsonResponse.WriteAsync(context, JsonResponse.MediaType, body.WrittenMemory);
    }
}
