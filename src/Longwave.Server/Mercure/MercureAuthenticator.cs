using Longwave.Engine.Access;
using Longwave.Protocol.Selectors;
using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary>
/// Says who a request at the protocol's address is of: 1. where its token is; 2. a cookie may not change anything unless a known page meant
/// it; 3. the token is one of the hub's issuers, an API key, or signed with a key of its role; 4. what everybody may read is added.
/// A token that is no good is a refusal, never a request of nobody.
/// </summary>
internal sealed class MercureAuthenticator(
    LongwaveOptions options, Authenticator authenticator, IssuerDirectory issuers, HubAddress address, BrowserRules browsers, TimeProvider clock)
{
    private const string NoAccessToken = "is not an access token (`typ` is not `at+jwt`)";

    private static readonly Grant[] AnyTopic = [new Grant(Selector.Any)];

    private readonly HashSet<WebOrigin> _publishOrigins = [.. options.Mercure.PublishOrigins.Select(static text => WebOrigin.TryParse(text, out WebOrigin origin)
        ? origin
        : throw new ArgumentException($"`{text}` is not an origin.", nameof(options)))];

    /// <summary>Who sent it, or why that is refused.</summary>
    /// <param name="context">The request.</param>
    /// <param name="role">What it wants to do.</param>
    /// <param name="query">The query of its address.</param>
    /// <param name="dialect">The dialect that it shows beside its token.</param>
    public async ValueTask<MercureCaller> AuthenticateAsync(HttpContext context, MercureRole role, FormFields query, Dialect dialect)
    {
        Problem? problem = MercureCarrier.TryFind(context.Request, query, options.Mercure, dialect, out MercureCarrier carrier);
        if (carrier.Token is { } shown && TokenValidator.IsAccessToken(shown))
        {
            dialect = Dialect.Current;
        }

        var answer = new MercureCaller(dialect) { ByQuery = carrier.IsQuery };
        if (authenticator.Open is { } anybody)
        {
            return answer with { Caller = anybody };
        }

        problem ??= carrier.IsCookie && role == MercureRole.Publisher ? CheckOrigin(context) : null;
        if (problem is not null)
        {
            return answer with { Problem = problem };
        }

        if (carrier.Token is not { } token)
        {
            return answer with { Caller = authenticator.Nobody.Beside(Everybody(known: false)) };
        }

        if (dialect == Dialect.Current && !ApiKeyRing.IsKey(token) && !TokenValidator.IsAccessToken(token))
        {
            return answer with { Problem = new Problem(ProblemTypes.InvalidToken, $"The token {NoAccessToken}.") };
        }

        string hubUrl = address.Of(context);
        (Authentication found, bool isOwn) = await authenticator.IdentifyAsync(token, hubUrl, KeysOf(role, dialect, hubUrl));
        if (!found.TryGet(out Caller? caller, out problem))
        {
            return answer with { Problem = problem };
        }

        // By the second: the protocol knows no difference of clocks.
        return caller.ExpiresAt <= clock.GetUtcNow()
            ? answer with { Problem = new Problem(ProblemTypes.InvalidToken, "The token has expired (`exp`).") }
            : answer with { Caller = (caller with { EndsByTheSecond = true }).Beside(Everybody(isOwn || options.Mercure.PublicToKnown)) };
    }

    /// <summary>The keys of a role and the rules for tokens signed with them; null when the role has no keys. The keys grant nothing beyond the role.</summary>
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

    /// <summary>What everybody may do here.</summary>
    private GrantSet Everybody(bool known)
    {
        GrantSet everybody = authenticator.Everybody;
        return known || options.Mercure.Anonymous ? new GrantSet { Publish = everybody.Publish, Subscribe = AnyTopic } : everybody;
    }

    /// <summary>Cross-site request forgery: the browser says whose page it is, in one header or the other.</summary>
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
