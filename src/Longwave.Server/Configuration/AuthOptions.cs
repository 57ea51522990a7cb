using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>Who may do what. With nothing set here the hub asks nobody who he is.</summary>
public sealed class AuthOptions
{
    /// <summary>Whose tokens are taken.</summary>
    [Description("Whose tokens (JWT) are taken. A token of any other issuer is refused.")]
    public IList<IssuerOptions> Issuers { get; set; } = [];

    /// <summary>Keys of services.</summary>
    [Description("Keys of services; `longwave token --api-key` makes one.")]
    public IList<ApiKeyOptions> ApiKeys { get; set; } = [];

    /// <summary>What everybody may do.</summary>
    [Description("What everybody may do, with a token or without. Nothing by default, once an issuer or an API key is configured.")]
    public AnonymousOptions Anonymous { get; set; } = new();

    /// <summary>Whether a token may stand in the query.</summary>
    [Description("Take `?access_token=` on `GET /v1/events`. Off: proxies write addresses into their logs. Use tickets.")]
    public bool QueryTokens { get; set; }

    /// <summary>How far clocks may differ.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    [Description("How far the clocks of issuer and hub may differ: a token counts from so long before `nbf` until so long after `exp`.")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time that a token may still be valid.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    [Description("A token that is valid for longer than this from now is refused. Revocations are kept as long, so that none ends before its token.")]
    public TimeSpan MaxTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Largest token.</summary>
    [Range(256, 64 * 1024)]
    [Description("Largest token, in bytes. A larger one is refused before anything of it is read.")]
    public int MaxTokenBytes { get; set; } = 8 * 1024;

    /// <summary>Most grants of one token.</summary>
    [Range(1, 10_000)]
    [Description("Most entries of `publish` and of `subscribe` in one token. A token with more is refused.")]
    public int MaxGrants { get; set; } = 250;

    /// <summary>How long before its end a client is told that its token expires.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    [Description("How long before `exp` a stream says `longwave.token-expiring`; at most a third of the time that the token had left when it came.")]
    public TimeSpan ExpiryNotice { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often keys are fetched.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    [Description("How often the keys of issuers are fetched (or read from their files) again. The old ones stay while that fails.")]
    public TimeSpan KeyRefresh { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Shortest time between two fetches.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    [Description("Shortest time between two fetches of one issuer's keys, when a token names a key that the hub does not know or when a fetch failed.")]
    public TimeSpan KeyRetry { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long fetching may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    [Description("How long one fetch of keys may take. Requests whose key is not known wait as long at most.")]
    public TimeSpan KeyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most keys of one issuer.</summary>
    [Range(1, 1_000)]
    [Description("Most keys of one issuer; what its key set has beyond that is not looked at.")]
    public int MaxKeys { get; set; } = 50;

    /// <summary>How long a ticket may be used.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    [Description("How long a ticket (`POST /v1/tickets`) may wait for its one use.")]
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most tickets that wait.</summary>
    [Range(1, 1_000_000)]
    [Description("Most tickets that wait for their use, at about 200 bytes each. More are refused with 503 and Retry-After.")]
    public int MaxTickets { get; set; } = 20_000;

    /// <summary>Most tickets of one subject that wait.</summary>
    [Range(1, 1_000_000)]
    [Description("Most tickets of one subject that wait for their use. More are refused with 503 and Retry-After.")]
    public int MaxTicketsPerSubject { get; set; } = 100;

    /// <summary>Most revocations that stand.</summary>
    [Range(1, 10_000_000)]
    [Description("Most revocations that stand at once, at about 200 bytes each. More are refused with 507.")]
    public int MaxRevocations { get; set; } = 100_000;

    /// <summary>Whether there is anything that needs no token.</summary>
    public bool AllowsAnonymous => Anonymous.Publish.Count > 0 || Anonymous.Subscribe.Count > 0;

    /// <summary>Whether anybody is asked who he is.</summary>
    public bool IsOn => Issuers.Count > 0 || ApiKeys.Count > 0 || AllowsAnonymous;
}
