using System.Security.Claims;
using Longwave.Engine.Access;
using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Identity;

/// <summary>The users that the application authenticates, as callers of the hub (<see cref="AuthOptions.AcceptUsers"/>).</summary>
internal sealed class ApplicationUsers(AuthOptions auth, GrantSet publicGrants, BrowserRules browsers)
{
    private const string BearerScheme = "Bearer ";

    /// <summary>The authenticated user of the request; null if there is none, or the hub does not accept the application's users.</summary>
    public Caller? Find(HttpContext context)
    {
        if (auth.UserGrants is not { } grants || !context.User.Identities.Any(static identity => identity.IsAuthenticated))
        {
            return null;
        }

        ClaimsPrincipal user = context.User;
        string? subject = user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.FindFirstValue("sub") ?? user.Identity?.Name;
        AuthenticationProperties? properties = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties;
        return new Caller(AuthOptions.UserIssuer, string.IsNullOrEmpty(subject) ? null : subject, grants(user) ?? GrantSet.Nothing, publicGrants)
        {
            HasToken = true,
            IssuedAt = properties?.IssuedUtc,
            ExpiresAt = properties?.ExpiresUtc,
        };
    }

    /// <summary>
    /// The problem of a request that changes something without a proof of its intent, or null. A browser adds cookies, certificates and the credentials
    /// of most schemes to requests of any page (cross-site request forgery), but not a bearer token or the header of the hub.
    /// </summary>
    public Problem? CheckIntent(HttpContext context)
    {
        HttpRequest request = context.Request;
        StringValues header = request.Headers.Authorization;
        bool isMeant = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || (header.Count == 1 && header.ToString().StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase))
            || (request.Headers.ContainsKey(Authenticator.IntentHeader) && browsers.Judge(context) is (OriginTrust.None or OriginTrust.Own or OriginTrust.Listed));
        return isMeant
            ? null
            : new Problem(
                ProblemTypes.Forbidden,
                $"For a user of the application, a request that changes something requires the header `{Authenticator.IntentHeader}`; an `Origin` must be the hub's own or in `Server:AllowedOrigins`.",
                request.Headers.ContainsKey(Authenticator.IntentHeader) ? "Origin" : Authenticator.IntentHeader);
    }
}
