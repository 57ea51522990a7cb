using Longwave.Engine.Access;
using Longwave.Server.Admission;
using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Identity;

/// <summary>
/// Authenticates requests. A credential is either valid or the request is rejected: an expired, malformed or revoked token is never treated
/// as anonymous access.
/// </summary>
internal sealed class Authenticator
{
    /// <summary>A header that a page of another origin can send only after a CORS preflight.</summary>
    public const string IntentHeader = "Longwave-Request";

    private static readonly Caller Unrestricted = new("", null, GrantSet.Everything, GrantSet.Nothing);

    private readonly LongwaveOptions _options;
    private readonly RunningHub _hub;
    private readonly BrowserRules _browsers;
    private readonly ClientAddresses _clients;
    private readonly TimeProvider _clock;
    private readonly IssuerDirectory _issuers;
    private readonly HubAddress _address;
    private readonly TokenValidator _tokens;
    private readonly ApiKeyRing _apiKeys;
    private readonly ApplicationUsers _users;
    private readonly Caller _anonymous;

    public Authenticator(LongwaveOptions options, RunningHub hub, TicketStore tickets, BrowserRules browsers, ClientAddresses clients, HubAddress address, IssuerDirectory issuers, IEnumerable<IGrantVocabulary> vocabularies, PatternCompiler compiler, TimeProvider clock)
    {
        (_options, _hub, _browsers, _clients, _address, _issuers, _clock, Tickets) = (options, hub, browsers, clients, address, issuers, clock, tickets);
        AuthOptions auth = options.Auth;
        PublicGrants = new GrantSet { Publish = GrantOptions.Read(auth.Anonymous.Publish), Subscribe = GrantOptions.Read(auth.Anonymous.Subscribe) };
        _tokens = new TokenValidator(auth, issuers, vocabularies, compiler, PublicGrants, clock);
        _apiKeys = new ApiKeyRing(auth.ApiKeys, PublicGrants);
        _users = new ApplicationUsers(auth, PublicGrants, browsers);
        _anonymous = options.RequiresAuthentication ? new Caller("", null, GrantSet.Nothing, PublicGrants) : Unrestricted;
    }

    /// <summary>The caller of every request when the hub requires no authentication; otherwise null.</summary>
    public Caller? Open => ReferenceEquals(_anonymous, Unrestricted) ? Unrestricted : null;

    /// <summary>The caller of a request without a credential.</summary>
    public Caller Anonymous => _anonymous;

    /// <summary>The rights of every caller.</summary>
    public GrantSet PublicGrants { get; }

    /// <summary>The tickets.</summary>
    public TicketStore Tickets { get; }

    /// <summary>Authenticates a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="ticket">The query's <c>ticket</c>, or null.</param>
    /// <param name="queryToken">The query's <c>access_token</c>, or null.</param>
    public async ValueTask<Authentication> AuthenticateAsync(HttpContext context, string? ticket = null, string? queryToken = null)
    {
        if (ReferenceEquals(_anonymous, Unrestricted))
        {
            // The hub requires no authentication, so it ignores credentials.
            return new Authentication(Unrestricted);
        }

        // Without issuers and API keys, every other credential than a ticket belongs to the application.
        if (!_options.Auth.AcceptsTokens && ticket is null && _users.Find(context) is { } owner)
        {
            return Accept(context, owner);
        }

        Problem? problem = Credential.TryFind(context.Request, ticket, queryToken, out Credential carrier) ?? CheckCarrier(context.Request, carrier);
        if (problem is not null)
        {
            return new Authentication(problem);
        }

        if (carrier.Kind == CredentialKind.None && _users.Find(context) is { } user)
        {
            return Accept(context, user);
        }

        Authentication found = carrier.Kind switch
        {
            CredentialKind.None => new Authentication(_anonymous),
            CredentialKind.Ticket => TakeTicket(context, carrier.Secret),
            _ => ApiKeyRing.IsKey(carrier.Secret) ? _apiKeys.Find(carrier.Secret) : await _tokens.ValidateAsync(context, carrier.Secret, _address.Of(context)),
        };
        return Unrevoked(found);
    }

    /// <summary>Authenticates a token or an API key that another protocol found in a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="secret">The token or API key.</param>
    /// <param name="hubUrl">The hub's address, for relative URL patterns.</param>
    /// <param name="trusted">Keys whose tokens are accepted beside those of the issuers, or null.</param>
    /// <returns>The caller or the rejection, and whether the token is signed with the trusted keys.</returns>
    public async ValueTask<(Authentication Found, bool IsTrusted)> IdentifyAsync(HttpContext context, string secret, string hubUrl, TrustedKeys? trusted)
    {
        if (ApiKeyRing.IsKey(secret))
        {
            return (Unrevoked(_apiKeys.Find(secret)), false);
        }

        Authentication found = Unrevoked(await _tokens.ValidateAsync(context, secret, hubUrl, trusted));
        return (found, found.Caller is { } caller && _issuers.FindIssuer(caller.Issuer) is null);
    }

    /// <summary>Authenticates the user of the application, for another protocol that found no token of the hub in a request; null if there is no user.</summary>
    public Authentication? FindUser(HttpContext context) => _users.Find(context) is { } user ? Accept(context, user) : null;

    private Authentication Accept(HttpContext context, Caller user) =>
        _users.CheckIntent(context) is { } problem ? new Authentication(problem) : Unrevoked(new Authentication(user));

    private Authentication Unrevoked(Authentication found) => found.Caller is { } caller && IsRevoked(caller)
        ? new Authentication(new Problem(ProblemTypes.InvalidToken, "The token has been revoked."))
        : found;

    /// <summary>Whether the caller's token was revoked, or every token of its subject issued until some time.</summary>
    public bool IsRevoked(Caller caller) =>
        _hub.Revocations?.IsRevoked(caller.Issuer, caller.Subject, caller.TokenId, caller.IssuedAt) == true;

    /// <summary>The problem of a ticket whose stream is open; a client whose connection broke unnoticed returns until the hub has noticed it, too.</summary>
    public static Problem TicketInUse() =>
        new(ProblemTypes.TooManyStreams, "The stream of this ticket is still open; a ticket serves one stream at a time.", "ticket");

    private Authentication TakeTicket(HttpContext context, string secret)
    {
        var use = TicketUse.Of(AddressKey.Of(_clients.Of(context), _options.Server.Admission.Ipv6PrefixLength), context.Request.QueryString.Value);
        return Tickets.TryTake(secret, use, out Ticket? ticket) switch
        {
            TicketOutcome.Accepted when !HasExpired(ticket!.Caller) => new Authentication(ticket.Caller with { Ticket = ticket }),
            TicketOutcome.InUse => new Authentication(TicketInUse()),
            _ => new Authentication(new Problem(
                ProblemTypes.InvalidToken, "The ticket has expired, is not valid, or belongs to another client or stream. Get a new one with `POST /v1/tickets`.", "ticket")),
        };
    }

    /// <summary>Rejects a ticket whose token has expired or was revoked: a ticket is not valid for longer than its token.</summary>
    private bool HasExpired(Caller caller) => caller.ExpiresAt + _options.Auth.ClockSkew <= _clock.GetUtcNow();

    /// <summary>The problem of a missing right: 403 for an authenticated caller, 401 for an anonymous one, because a token may grant the right.</summary>
    public static Problem Forbid(Caller caller, string detail, string? field = null, int? index = null) => caller.IsKnown
        ? new Problem(ProblemTypes.Forbidden, detail, field, index)
        : new Problem(ProblemTypes.Unauthorized, $"{detail} Send a token: `Authorization: Bearer …`.", field, index);

    private Problem? CheckCarrier(HttpRequest request, Credential carrier)
    {
        if (carrier.Kind == CredentialKind.Query && !_options.Auth.QueryTokens)
        {
            return new Problem(
                ProblemTypes.InvalidParameter, "Tokens in the URL are disabled (`Auth:QueryTokens`); get a ticket with `POST /v1/tickets`.", "access_token");
        }

        // A browser adds the cookie to requests of any page, so a request that changes something must prove its intent (cross-site request forgery).
        bool reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return carrier.Kind != CredentialKind.Cookie || reads || IsMeant(request)
            ? null
            : new Problem(
                ProblemTypes.Forbidden,
                $"With a cookie, a request that changes something requires the header `{IntentHeader}`, and an `Origin` that is the hub's own or is in `Server:AllowedOrigins`.",
                request.Headers.ContainsKey(IntentHeader) ? "Origin" : IntentHeader);
    }

    /// <summary>The rule for cookies: a page of an allowed origin, with the intent header.</summary>
    private bool IsMeant(HttpRequest request) =>
        request.Headers.ContainsKey(IntentHeader) && _browsers.Judge(request.HttpContext) is (OriginTrust.Own or OriginTrust.Listed);
}
