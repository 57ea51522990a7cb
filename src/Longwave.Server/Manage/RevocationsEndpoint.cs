using System.Buffers;
using System.Text.Json;
using Longwave.Engine.Revocations;
using Longwave.Engine.Subscribers;
using Longwave.Server.Bodies;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Longwave.Server.Subscribe;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Manage;

/// <summary><c>POST /v1/revocations</c>: closes the streams of a token, a subject or one connection; revokes the token or the subject's tokens.</summary>
internal sealed class RevocationsEndpoint(
    RunningHub hub, Authenticator authenticator, ConnectionRegistry connections, ReceivingBudget budget, LongwaveOptions options, TimeProvider clock,
    EndpointGuard refusals, ILogger<RevocationsEndpoint> logger)
{
    private const string Methods = "POST, OPTIONS";
    private const int MaxBodyBytes = 16 * 1024;
    private const int MaxTextLength = 1_024;

    public async Task HandleAsync(HttpContext context)
    {
        if (await refusals.AnswerMethodAsync(context, Methods))
        {
            return;
        }

        Problem? problem = await refusals.RequireAdminAsync(context, authenticator) ?? await RevokeAsync(context);
        if (problem is not null)
        {
            await refusals.WriteAsync(context, problem);
        }
    }

    private async ValueTask<Problem?> RevokeAsync(HttpContext context)
    {
        using BodyReader reader = BodyReader.Open(context, MaxBodyBytes, options.Server.RequestBodyTimeout, budget, permit: null, clock);
        (Problem? problem, byte[] body) = reader.CheckDeclaredLength() is { } tooLarge ? (tooLarge, []) : await reader.ReadAllAsync(context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        if (TryRead(body, out string what, out string value, out string issuer) is { } malformed)
        {
            return malformed;
        }

        return what == "connection" ? await EndAsync(context, value) : await RevokeAsync(context, what, issuer, value);
    }

    private async ValueTask<Problem?> EndAsync(HttpContext context, string name)
    {
        // A stream that is ending is in the list until its thread has removed it.
        if (!connections.TryGet(name, out OpenConnection? connection) || !connection.Subscriber.Close(CloseReason.Revoked))
        {
            return new Problem(ProblemTypes.NotFound, "No open stream has this id.", "connection");
        }

        await AnswerAsync(context, "connection", 1, null);
        return null;
    }

    private async ValueTask<Problem?> RevokeAsync(HttpContext context, string what, string issuer, string value)
    {
        var revocation = new Revocation(what == "jti" ? RevocationKind.Token : RevocationKind.Subject, issuer, value);
        DateTimeOffset now = clock.GetUtcNow();

        // A token of the Mercure keys needs no expiry, so a revocation that ended would make it valid again.
        DateTimeOffset? until = options.Mercure.RequiresAuthentication ? null : now + options.Auth.MaxTokenLifetime + (2 * options.Auth.ClockSkew);

        // Waits for the disk.
        RevocationOutcome outcome = await Task.Run(
            () => hub.Revocations!.Add(revocation, now + options.Auth.ClockSkew, until ?? DateTimeOffset.MaxValue), CancellationToken.None);
        if (outcome != RevocationOutcome.Stored)
        {
            return outcome switch
            {
                RevocationOutcome.TooMany => new Problem(ProblemTypes.TooManyRevocations, $"{options.Auth.MaxRevocations} revocations are active, the limit; nothing was revoked."),
                RevocationOutcome.DiskFull => new Problem(ProblemTypes.DiskFull, "The disk is full; nothing was revoked."),
                _ => new Problem(ProblemTypes.InternalError, "The hub could not store the revocation, and nothing was revoked; see its log for the cause."),
            };
        }

        int streams = connections.Close(connection => authenticator.IsRevoked(connection.Caller), CloseReason.Revoked);
        IdentityLog.Revoked(logger, what == "jti" ? "a token" : "a subject", streams);
        await AnswerAsync(context, what, streams, until);
        return null;
    }

    private static Problem? TryRead(ReadOnlySpan<byte> body, out string what, out string value, out string issuer)
    {
        string? found = null;
        string? text = null;
        string? from = null;
        bool bad = false;
        string? problem = TokenJson.ForEach(body, (string name, ref Utf8JsonReader reader) =>
        {
            string? read = TokenJson.Text(ref reader);
            bad |= read is not { Length: > 0 and <= MaxTextLength };
            if (name == "iss")
            {
                from = read;
            }
            else
            {
                bad |= found is not null || name is not ("jti" or "sub" or "connection");
                (found, text) = (name, read);
            }

            return null;
        });
        (what, value, issuer) = (found ?? "", text ?? "", from ?? "");
        return problem is null && !bad && found is not null && !(from is not null && found == "connection")
            ? null
            : new Problem(
                ProblemTypes.MalformedBody,
                "Send a JSON object with exactly one of `jti` (a token), `sub` (a subject) and `connection`. With `jti` or `sub`, `iss` limits the revocation to one issuer.",
                "body");
    }

    private static Task AnswerAsync(HttpContext context, string what, int streams, DateTimeOffset? until)
    {
        var body = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(body, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("revoked"u8, what);
            json.WriteNumber("streams"u8, streams);
            if (until is { } time)
            {
                json.WriteString("expires"u8, JsonResponse.Time(time));
            }

            json.WriteEndObject();
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.CacheControl = "no-store";
        return JsonResponse.WriteAsync(context, JsonResponse.MediaType, body.WrittenMemory);
    }
}
