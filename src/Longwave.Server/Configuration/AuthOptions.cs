using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Longwave.Engine.Access;

namespace Longwave.Server.Configuration;

/// <summary>Authentication and rights. By default the hub requires no authentication.</summary>
public sealed class AuthOptions
{
    /// <summary>Issuer of the users that the application authenticates (<see cref="AcceptUsers"/>), in lists of streams and in revocations.</summary>
    public const string UserIssuer = "urn:longwave:application";

    /// <summary>Issuers whose tokens the hub accepts.</summary>
    [Description("Issuers whose tokens (JWT) the hub accepts. It rejects a token of any other issuer.")]
    public IList<IssuerOptions> Issuers { get; set; } = [];

    /// <summary>API keys of services.</summary>
    [Description("API keys of services; `longwave token --api-key` creates one.")]
    public IList<ApiKeyOptions> ApiKeys { get; set; } = [];

    /// <summary>The rights of every caller.</summary>
    [Description("Rights of every caller, anonymous or authenticated. None by default, once an issuer or an API key is configured.")]
    public AnonymousOptions Anonymous { get; set; } = new();

    /// <summary>Whether a token in the query is accepted.</summary>
    [Description("Accept `?access_token=` on `GET /v1/events`. Off by default, because proxies write URLs to their logs. Use tickets instead.")]
    public bool QueryTokens { get; set; }

    /// <summary>Allowed difference between the clocks of issuer and hub.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    [Description("Allowed difference between the clocks of issuer and hub: the hub accepts a token this long before `nbf` and this long after `exp`.")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest remaining lifetime of a token.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    [Description("Longest remaining lifetime of a token; the hub rejects a token that is valid for longer. The hub keeps revocations for the same time, so that none ends before its token.")]
    public TimeSpan MaxTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Maximum size of a token, in bytes.</summary>
    [Range(256, 64 * 1024)]
    [Description("Maximum size of a token, in bytes. The hub rejects a larger one without reading it.")]
    public int MaxTokenBytes { get; set; } = 8 * 1024;

    /// <summary>Maximum number of grants of one token.</summary>
    [Range(1, 10_000)]
    [Description("Maximum number of entries of `publish` and of `subscribe` in one token. The hub rejects a token with more.")]
    public int MaxGrants { get; set; } = 250;

    /// <summary>Maximum cost of the patterns in one claim of a token.</summary>
    [Range(1_024, 1_073_741_824)]
    [Description("Maximum cost of the patterns in one claim of a token (see `Engine:Limits:MaxSubscriptionCost`). The hub reads claims before it verifies the signature, so the limit also bounds the work that any client can cause. The hub rejects the token with 401.")]
    public long MaxGrantCost { get; set; } = 262_144;

    /// <summary>How long before the expiry of its token a client is notified.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    [Description("How long before `exp` the hub sends `longwave.token-expiring`; at most a third of the token's remaining lifetime when the stream opened.")]
    public TimeSpan ExpiryNotice { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Interval between two fetches of keys.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    [Description("Interval at which the hub fetches the keys of issuers (or reads their files) again. If that fails, the previous keys stay in use.")]
    public TimeSpan KeyRefresh { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Shortest time between two fetches.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    [Description("Shortest time between two fetches of one issuer's keys, when a token names an unknown key or a fetch failed.")]
    public TimeSpan KeyRetry { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time limit of one fetch.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    [Description("Time limit of one fetch of keys. A request with an unknown key waits at most this long.")]
    public TimeSpan KeyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Maximum number of keys of one issuer.</summary>
    [Range(1, 1_000)]
    [Description("Maximum number of keys of one issuer; the hub ignores further keys of its key set.")]
    public int MaxKeys { get; set; } = 50;

    /// <summary>Lifetime of an unused ticket.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    [Description("Lifetime of an unused ticket (`POST /v1/tickets`).")]
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a ticket can resume its stream.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    [Description("How long after the end of its stream a ticket can resume it: the same address, the same query, and at most until the token expires. A restart of the hub ends all tickets.")]
    public TimeSpan TicketReconnectTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Maximum number of unused tickets.</summary>
    [Range(1, 1_000_000)]
    [Description("Maximum number of unused tickets, at about 200 bytes each; the hub rejects further ones with 503 and Retry-After. Also the maximum number of used tickets whose stream is not open; beyond, the one whose stream ended first is removed.")]
    public int MaxTickets { get; set; } = 20_000;

    /// <summary>Maximum number of unused tickets of one subject.</summary>
    [Range(1, 1_000_000)]
    [Description("Maximum number of unused tickets of one subject. The hub rejects further ones with 503 and Retry-After.")]
    public int MaxTicketsPerSubject { get; set; } = 100;

    /// <summary>Maximum number of active revocations.</summary>
    [Range(1, 10_000_000)]
    [Description("Maximum number of active revocations, at about 200 bytes each. The hub rejects further ones with 507.")]
    public int MaxRevocations { get; set; } = 100_000;

    /// <summary>Whether every caller has any right without a token.</summary>
    public bool AllowsAnonymous => Anonymous.Publish.Count > 0 || Anonymous.Subscribe.Count > 0;

    /// <summary>Whether the hub accepts tokens or API keys of its own.</summary>
    internal bool AcceptsTokens => Issuers.Count > 0 || ApiKeys.Count > 0;

    /// <summary>The rights of a user of the application; null when the hub does not accept its users.</summary>
    internal Func<ClaimsPrincipal, GrantSet?>? UserGrants { get; private set; }

    /// <summary>Whether the hub requires authentication.</summary>
    public bool IsOn => AcceptsTokens || AllowsAnonymous || UserGrants is not null;

    /// <summary>
    /// Accepts the users that the application authenticates (<c>HttpContext.User</c>), so that its cookies and schemes give access to the hub. The hub
    /// then requires authentication: callers that are not authenticated have only the rights of <see cref="Anonymous"/>.
    /// </summary>
    /// <param name="grants">
    /// The rights of a user, beside those of every caller; null for none. Called for each request of an authenticated user, on any thread; must not
    /// block. An exception rejects the request with 500.
    /// </param>
    /// <returns>These options. A second call replaces the first.</returns>
    /// <remarks>
    /// The subject is the claim <see cref="ClaimTypes.NameIdentifier"/>, otherwise <c>sub</c>, otherwise the name. A stream ends when the user's
    /// authentication expires (<c>AuthenticationProperties.ExpiresUtc</c>).
    /// </remarks>
    public AuthOptions AcceptUsers(Func<ClaimsPrincipal, GrantSet?> grants)
    {
        ArgumentNullException.ThrowIfNull(grants);
        UserGrants = grants;
        return this;
    }
}
