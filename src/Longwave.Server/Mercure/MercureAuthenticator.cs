using Longwave.Engine.Access;
using Longwave.Protocol.Selectors;
using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary>
/// Authenticates requests of the protocol: 1. find the token; 2. with a cookie, allow a change only from a page of an allowed origin;
/// 3. validate the token: of an issuer of the hub, an API key, or signed with a key of the role; 4. add the rights of every caller.
/// A token that is not valid is rejected, never treated as anonymous access.
/// </summary>
internal sealed class MercureAuthenticator(
    LongwaveOptions options, Authenticator authenticator, IssuerDirectory issuers, HubAddress address, BrowserRules browsers, TimeProvider clock)
{
    private const string NoAccessToken = "is not an access token (`typ` is not `at+jwt`)";

    private static readonly Grant[] AnyTopic = [new Grant(Selector.Any)];

    private readonly HashSet<WebOrigin> _publishOrigins = [.. options.Mercure.PublishOrigins.Select(static text => WebOrigin.TryParse(text, out WebOrigin origin)
        ? origin
        : throw new ArgumentException($"`{text}` is not an origin.", nameof(options)))];

    /// <summary>Authenticates a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="role">The role that the request needs.</param>
    /// <param name="query">The query of the request.</param>
    /// <param name="dialect">The dialect of the request, apart from its token.</param>
    public async ValueTask<MercureCaller> AuthenticateAsync(HttpContext context, MercureRole role, FormFields query, Dialect dialect)
    {
        Problem? problem = MercureCredential.TryFind(context.Request, query, options.Mercure, dialect, out MercureCredential carrier);
        if (carrier.Token is { } shown && TokenValidator.IsAccessToken(shown))
        {
            dialect = Dialect.Current;
        }

        var answer = new MercureCaller(dialect) { ByQuery = carrier.IsQuery };
        if (authenticator.Open is { } unrestricted)
        {
            return answer with { Caller = unrestricted };
        }

        // Without issuers, API keys and keys of the protocol, every token belongs to the application.
        if ((carrier.Token is null && problem is null) || !(options.Auth.AcceptsTokens || options.Mercure.HasKeys))
        {
            if (authenticator.FindUser(context) is { } accepted)
            {
                return accepted.TryGet(out Caller? user, out Problem? refused)
                    ? answer with { Caller = user.WithPublicGrants(PublicGrants(options.Mercure.PublicToKnown)) }
                    : answer with { Problem = refused };
            }
        }

        problem ??= carrier.IsCookie && role == MercureRole.Publisher ? CheckOrigin(context) : null;
        if (problem is not null)
        {
            return answer with { Problem = problem };
        }

        if (carrier.Token is not { } token)
        {
            return answer with { Caller = authenticator.Anonymous.WithPublicGrants(PublicGrants(known: false)) };
        }

        if (dialect == Dialect.Current && !ApiKeyRing.IsKey(token) && !TokenValidator.IsAccessToken(token))
        {
            return answer with { Problem = new Problem(ProblemTypes.InvalidToken, $"The token {NoAccessToken}.") };
        }

        string hubUrl = address.Of(context);
        (Authentication found, bool isOwn) = await authenticator.IdentifyAsync(context, token, hubUrl, KeysOf(role, dialect, hubUrl));
        if (!found.TryGet(out Caller? caller, out problem))
        {
            return answer with { Problem = problem };
        }

        // No tolerance: the protocol does not allow for clock differences.
        return caller.ExpiresAt <= clock.GetUtcNow()
            ? answer with { Problem = new Problem(ProblemTypes.InvalidToken, "The token has expired (`exp`).") }
            : answer with { Caller = (caller with { EndsByTheSecond = true }).WithPublicGrants(PublicGrants(isOwn || options.Mercure.PublicToKnown)) };
    }

    /// <summary>The keys of a role and the rules for tokens signed with them; null when the role has no keys. The keys grant no rights beyond the role.</summary>
    private TrustedKeys? KeysOf(MercureRole role, Dialect dialect, string hubUrl) =>
        issuers.FindOther(MercureKeys.NameOf(role)) is { } keys
            ? new TrustedKeys(
                keys,
                (header, claims) => dialect == Dialect.Legacy ? null : CheckAccessToken(header, claims, hubUrl),
                grants => role == MercureRole.Publisher ? new GrantSet { Publish = grants.Publish } : new GrantSet { Subscribe = grants.Subscribe })
            : null;

    /// <summary>The rules for access tokens that are signed with the keys of a role (draft 8, "Authorization").</summary>
    private string? CheckAccessToken(TokenHeader header, TokenClaims claims, string hubUrl) =>
        !header.IsAccessToken ? NoAccessToken
        : claims.ExpiresAt is null ? "has no expiry time (`exp`)"
        : !claims.Audiences.Contains(hubUrl) ? "is for another audience (`aud`)"
        : options.Mercure.Issuer is { } issuer && claims.Issuer != issuer ? "has an issuer (`iss`) that this hub does not accept"
        : null;

    /// <summary>The rights of every caller at this endpoint.</summary>
    private GrantSet PublicGrants(bool known)
    {
        GrantSet publicGrants = authenticator.PublicGrants;
        return known || options.Mercure.Anonymous ? new GrantSet { Publish = publicGrants.Publish, Subscribe = AnyTopic } : publicGrants;
    }

    /// <summary>Prevents cross-site request forgery: checks the page's origin, in <c>Origin</c> or <c>Referer</c>.</summary>
    private Problem? CheckOrigin(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        string said = headers.Origin.Count > 0 ? headers.Origin.ToString()
            : Uri.TryCreate(headers.Referer.ToString(), UriKind.Absolute, out Uri? referer) ? referer.GetLeftPart(UriPartial.Authority)
            : "";
        bool isMeant = (headers.Origin.Count > 0 && browsers.Judge(context) == OriginTrust.Own)
            || (WebOrigin.TryParse(said, out WebOrigin origin) && (_publishOrigins.Contains(origin) || IsOwn(context, origin)));
        return isMeant
            ? null
            : new Problem(
                ProblemTypes.Forbidden, "With a cookie, only pages of the hub's own origin and of `Mercure:PublishOrigins` may publish; `Origin` or `Referer` must name such an origin.", "Origin");
    }

    private bool IsOwn(HttpContext context, WebOrigin origin) =>
        Uri.TryCreate(address.Of(context), UriKind.Absolute, out Uri? own) && WebOrigin.TryParse(own.GetLeftPart(UriPartial.Authority), out WebOrigin mine) && mine == origin;
}
