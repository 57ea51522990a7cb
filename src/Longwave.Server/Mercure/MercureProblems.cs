using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary>Answers with a problem in the form of the dialect: the status, and the challenge of RFC 6750 and RFC 9728.</summary>
internal sealed class MercureProblems(EndpointGuard refusals, HubAddress address)
{
    /// <summary>Path of the hub's metadata (RFC 9728, section 3.1), before the hub's own path.</summary>
    public const string MetadataPrefix = "/.well-known/oauth-protected-resource";

    /// <summary>Writes the problem as the response.</summary>
    public Task WriteAsync(HttpContext context, Dialect dialect, Problem problem)
    {
        if (dialect == Dialect.Legacy && problem.Type == ProblemTypes.Forbidden)
        {
            // The specification says 403; the existing 0.x hubs answer 401, and clients depend on it.
            problem = problem with { Type = ProblemTypes.Unauthorized };
        }

        string? error = problem.Type == ProblemTypes.Unauthorized ? ""
            : problem.Type == ProblemTypes.InvalidToken ? "error=\"invalid_token\", "
            : problem.Type == ProblemTypes.Forbidden ? "error=\"insufficient_scope\", "
            : problem.Type == ProblemTypes.BadRequest ? "error=\"invalid_request\", "
            : null;
        if (error is not null && dialect == Dialect.Current)
        {
            context.Response.Headers.WWWAuthenticate = $"Bearer {error}resource_metadata=\"{MetadataUrl(context)}\"";
        }

        return refusals.WriteAsync(context, problem);
    }

    /// <summary>Answers 403 for the hub's own topics, to every publisher.</summary>
    public Task WriteReservedAsync(HttpContext context, string topic) => refusals.WriteAsync(
        context, new Problem(ProblemTypes.Forbidden, $"`{topic}` is at or below the hub's own URL, where only the hub publishes. Nothing was appended.", "topic"));

    private string MetadataUrl(HttpContext context)
    {
        var hub = new Uri(address.Of(context));
        return $"{hub.GetLeftPart(UriPartial.Authority)}{MetadataPrefix}{hub.AbsolutePath}";
    }
}
