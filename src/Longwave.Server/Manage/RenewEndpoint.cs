using Longwave.Engine.Subscribers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Longwave.Server.Subscribe;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Manage;

/// <summary><c>POST /v1/connections/{id}/token</c>: renews an open stream with a new token of the same subject, without a reconnect.</summary>
internal sealed class RenewEndpoint(
    Authenticator authenticator, ConnectionRegistry connections, LongwaveOptions options, TimeProvider clock, EndpointGuard refusals)
{
    private const string Methods = "POST, OPTIONS";

    public async Task HandleAsync(HttpContext context)
    {
        if (await refusals.AnswerMethodAsync(context, Methods))
        {
            return;
        }

        Authentication found = await refusals.AuthenticateAsync(context, authenticator);
        Problem? problem = found.TryGet(out Caller? caller, out Problem? refused) ? Renew((string)context.Request.RouteValues["id"]!, caller) : refused;
        if (problem is not null)
        {
            await refusals.WriteAsync(context, problem);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Replaces the identity of a stream by the caller's. Of two concurrent renewals the last one applies as a whole. Returns the rejection, or null.</summary>
    internal Problem? Renew(string id, Caller caller)
    {
        if (!caller.IsKnown)
        {
            return Authenticator.Forbid(caller, "Renewing a stream requires a token.");
        }

        if (!connections.TryGet(id, out OpenConnection? connection))
        {
            return Gone();
        }

        Subscriber subscriber = connection.Subscriber;
        if (connection.Caller.Owner != caller.Owner)
        {
            return new Problem(ProblemTypes.Forbidden, "The stream and the token have different subjects.");
        }

        if (StreamOpener.Refuse(caller, connection.Request) is { } narrowed)
        {
            // The token does not allow opening this stream, so it must not keep it open.
            subscriber.Close(CloseReason.GrantsNarrowed);
            return narrowed;
        }

        RenewOutcome renewed = subscriber.Renew(connections.Identify(connection.Number, caller, options.Auth, clock.GetUtcNow()));
        if (authenticator.IsRevoked(caller))
        {
            // Revoked in the meantime: the revocation may have checked the stream while it still had its previous token.
            subscriber.Close(CloseReason.Revoked);
            return new Problem(ProblemTypes.InvalidToken, "The token has been revoked.");
        }

        return renewed switch
        {
            RenewOutcome.Renewed => null,
            RenewOutcome.TooCostly => new Problem(
                ProblemTypes.ClientTooCostly, $"The patterns of the token's grants cost {caller.Access?.PatternCost}, which exceeds a limit of cost in `Engine:Limits`. The stream continues with its previous token."),
            RenewOutcome.NeedsNewStream => new Problem(
                ProblemTypes.NeedsNewStream, "The token's grants have more patterns than a stream can get by renewal. The stream continues with its previous token."),
            _ => Gone(),
        };
    }

    private static Problem Gone() => new(ProblemTypes.NotFound, "No open stream has this id: it has ended, or it belongs to another hub. Open a new stream.");
}
