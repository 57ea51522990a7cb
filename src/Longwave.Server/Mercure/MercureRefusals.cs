using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary>Answers with a problem as each dialect has it: status, and the challenge of RFC 6750 and RFC 9728.</summary>
internal sealed class MercureRefusals(Refusals refusals, HubAddress address)
{
    /// <summary>Where the metadata of the hub are (RFC 9728, section 3.1), before its own path.</summary>
    public const string MetadataPrefix = "/.well-known/oauth-protected-resource";

    /// <summary>Answers.</summary>
    public Task WriteAsync(HttpContext context, Dialect dialect, Problem problem)
    {
        if (dialect == Dialect.Legacy && problem.Type == ProblemTypes.Forbidden)
        {
            // The text says 403; every hub that clients of 0.x have met says 401.
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

    /// <summary>403 for topics that are the hub's own, whoever publishes.</summary>
    public Task WriteReservedAsync(HttpContext context, string topic) => refusals.WriteAsync(
        context, new Problem(ProblemTypes.Forbidden, $"`{topic}` is at or below the hub's own URL, where only the hub publishes. Nothing was appended.", "topic"));

    private string MetadataUrl(HttpContext context)
    {
        var hub = new Uri(address.Of(context));
        return $"{hub.GetLeftPart(UriPartial.Authority)}{MetadataPrefix}{hub.AbsolutePath}";
    }
}
