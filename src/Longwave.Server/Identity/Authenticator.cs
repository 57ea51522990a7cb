using Longwave.Engine.Access;
using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Identity;

/// <summary>
/// Says who a request is of. What a request shows is either good or a refusal: a token that is expired, broken or revoked never makes it a
/// request of nobody.
/// </summary>
internal sealed class Authenticator
{
    /// <summary>A header that a page of another origin can't send without being asked for it first (CORS).</summary>
    public const string IntentHeader = "Longwave-Request";

    private static readonly Caller Anybody = new("", null, GrantSet.Everything, GrantSet.Nothing);

    private readonly LongwaveOptions _options;
    private readonly RunningHub _hub;
    private readonly BrowserRules _browsers;
    private readonly TimeProvider _clock;
    private readonly IssuerDirectory _issuers;
    private readonly HubAddress _address;
    private readonly TokenValidator _tokens;
    private readonly ApiKeyRing _apiKeys;
    private readonly Caller _nobody;

    public Authenticator(LongwaveOptions options, RunningHub hub, TicketBox tickets, BrowserRules browsers, HubAddress address, IssuerDirectory issuers, IEnumerable<IGrantVocabulary> vocabularies, TimeProvider clock)
    {
        (_options, _hub, _browsers, _address, _issuers, _clock, Tickets) = (options, hub, browsers, address, issuers, clock, tickets);
        AuthOptions auth = options.Auth;
        Everybody = new GrantSet { Publish = GrantOptions.Read(auth.Anonymous.Publish), Subscribe = GrantOptions.Read(auth.Anonymous.Subscribe) };
        _tokens = new TokenValidator(auth, issuers, vocabularies, Everybody, clock);
        _apiKeys = new ApiKeyRing(auth.ApiKeys, Everybody);
        _nobody = options.AsksWho ? new Caller("", null, GrantSet.Nothing, Everybody) : Anybody;
    }

    /// <summary>Whoever comes, when nobody is asked who he is; null when everybody is.</summary>
    public Caller? Open => ReferenceEquals(_nobody, Anybody) ? Anybody : null;

    /// <summary>Who shows nothing.</summary>
    public Caller Nobody => _nobody;

    /// <summary>What everybody may do.</summary>
    public GrantSet Everybody { get; }

    /// <summary>The tickets that wait for their use.</summary>
    public TicketBox Tickets { get; }

    /// <summary>Who sent it, or why that is refused.</summary>
    /// <param name="context">The request.</param>
    /// <param name="ticket">The query's <c>ticket</c>, or null.</param>
    /// <param name="queryToken">The query's <c>access_token</c>, or null.</param>
    public async ValueTask<Authentication> AuthenticateAsync(HttpContext context, string? ticket = null, string? queryToken = null)
    {
        if (ReferenceEquals(_nobody, Anybody))
        {
            // Nobody is asked who he is, so what is shown is not looked at.
            return new Authentication(Anybody);
        }

        Problem? problem = TokenCarrier.TryFind(context.Request, ticket, queryToken, out TokenCarrier carrier) ?? CheckCarrier(context.Request, carrier);
        if (problem is not null)
        {
            return new Authentication(problem);
        }

        Authentication found = carrier.Kind switch
        {
            CarrierKind.None => new Authentication(_nobody),
            CarrierKind.Ticket => Tickets.TryTake(carrier.Secret, out Caller? holder) && !HasExpired(holder)
                ? new Authentication(holder)
                : new Authentication(new Problem(ProblemTypes.InvalidToken, "The ticket has been used, has expired, or is not valid.", "ticket")),
            _ => ApiKeyRing.IsKey(carrier.Secret) ? _apiKeys.Find(carrier.Secret) : await _tokens.ValidateAsync(carrier.Secret, _address.Of(context)),
        };
        return Unrevoked(found);
    }

    /// <summary>Authenticates a token or an API key that another protocol found in a request.</summary>
    /// <param name="secret">The token or API key.</param>
    /// <param name="hubUrl">The hub's address, for relative URL patterns.</param>
    /// <param name="trusted">Keys whose tokens are accepted beside those of the issuers, or null.</param>
    /// <returns>The caller or the refusal, and whether the token is signed with the trusted keys.</returns>
    public async ValueTask<(Authentication Found, bool IsTrusted)> IdentifyAsync(string secret, string hubUrl, TrustedKeys? trusted)
    {
        if (ApiKeyRing.IsKey(secret))
        {
            return (Unrevoked(_apiKeys.Find(secret)), false);
        }

        Authentication found = Unrevoked(await _tokens.ValidateAsync(secret, hubUrl, trusted));
        return (found, found.Caller is { } caller && _issuers.FindIssuer(caller.Issuer) is null);
    }

    private Authentication Unrevoked(Authentication found) => found.Caller is { Subject: not null } caller && IsRevoked(caller)
        ? new Authentication(new Problem(ProblemTypes.InvalidToken, "The token has been revoked."))
        : found;

    /// <summary>Whether the caller's token, or all that its subject had until a moment, was revoked.</summary>
    public bool IsRevoked(Caller caller) =>
        caller.Subject is not null && _hub.Revocations?.IsRevoked(caller.Issuer, caller.Subject, caller.TokenId, caller.IssuedAt) == true;

    /// <summary>A ticket is no longer good than the token that it was got with.</summary>
    private bool HasExpired(Caller caller) => caller.ExpiresAt + _options.Auth.ClockSkew <= _clock.GetUtcNow();

    /// <summary>Why a caller may not do something: one who is not known might, once he says who he is.</summary>
    public static Problem Forbid(Caller caller, string detail, string? field = null, int? index = null) => caller.IsKnown
        ? new Problem(ProblemTypes.Forbidden, detail, field, index)
        : new Problem(ProblemTypes.Unauthorized, $"{detail} Send a token: `Authorization: Bearer …`.", field, index);

    private Problem? CheckCarrier(HttpRequest request, TokenCarrier carrier)
    {
        if (carrier.Kind == CarrierKind.Query && !_options.Auth.QueryTokens)
        {
            return new Problem(
                ProblemTypes.InvalidParameter, "Tokens in the URL are disabled (`Auth:QueryTokens`); get a ticket with `POST /v1/tickets`.", "access_token");
        }

        // A browser adds the cookie whatever page sends the request; what changes something must be meant (cross-site request forgery).
        bool reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return carrier.Kind != CarrierKind.Cookie || reads || IsMeant(request)
            ? null
            : new Problem(
                ProblemTypes.Forbidden,
                $"With a cookie, a request that changes something requires the header `{IntentHeader}`, and an `Origin` that is the hub's own or is in `Server:AllowedOrigins`.",
                request.Headers.ContainsKey(IntentHeader) ? "Origin" : IntentHeader);
    }

    /// <summary>The rule for cookies: a page that is known, and that says it on purpose.</summary>
    private bool IsMeant(HttpRequest request) =>
        request.Headers.ContainsKey(IntentHeader) && _browsers.Judge(request.HttpContext) is (OriginTrust.Own or OriginTrust.Listed);
}
