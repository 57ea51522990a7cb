using Longwave.Engine.Access;

namespace Longwave.Server.Identity;

/// <summary>The sender of a request and its rights. Created once per API key, and per request for tokens.</summary>
/// <param name="Issuer">Issuer of the token; empty without one.</param>
/// <param name="Subject">Subject of the token or API key; null for an anonymous caller.</param>
/// <param name="Grants">The caller's own rights, without those of every caller.</param>
/// <param name="PublicGrants">The rights of every caller.</param>
internal sealed record Caller(string Issuer, string? Subject, GrantSet Grants, GrantSet PublicGrants)
{
    private ReadAccess? _access;

    /// <summary>Id of the token, or null.</summary>
    public string? TokenId { get; init; }

    /// <summary>When the token was issued, or null.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>When the token expires; null for a caller without one.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The rights that the token grants, one entry per vocabulary.</summary>
    public IReadOnlyList<ClaimedGrants> Claimed { get; init; } = [];

    /// <summary>Whether the caller has a valid token, even one without a subject.</summary>
    public bool HasToken { get; init; }

    /// <summary>Whether the caller's streams end exactly when the token expires, without a notice before.</summary>
    public bool EndsByTheSecond { get; init; }

    /// <summary>The ticket of the request, or null.</summary>
    public Ticket? Ticket { get; init; }

    /// <summary>Issuer and subject, which together identify the caller; null for an anonymous caller.</summary>
    public (string Issuer, string Subject)? Owner => Subject is null ? null : (Issuer, Subject);

    /// <summary>Whether the caller is authenticated, or the hub requires no authentication.</summary>
    public bool IsKnown => Subject is not null || HasToken || Grants.IsAdmin;

    /// <summary>Whether the caller may publish to any topic.</summary>
    public bool Publishes => Grants.Publish.Count + PublicGrants.Publish.Count > 0;

    /// <summary>Whether the caller may read any topic.</summary>
    public bool Reads => Grants.Subscribe.Count + PublicGrants.Subscribe.Count > 0;

    /// <summary>The events that the caller may read; null for all events.</summary>
    public ReadAccess? Access => ReferenceEquals(Grants, GrantSet.Everything) ? null : _access ??= new ReadAccess(Grants.Subscribe, PublicGrants.Subscribe);

    /// <summary>Whether the caller may publish an event of this type to this topic.</summary>
    public bool MayPublish(string topic, string? type) => Grants.MayPublish(topic, type) || PublicGrants.MayPublish(topic, type);

    /// <summary>The same caller with other rights of every caller.</summary>
    public Caller WithPublicGrants(GrantSet publicGrants) => new(Issuer, Subject, Grants, publicGrants)
    {
        TokenId = TokenId,
        IssuedAt = IssuedAt,
        ExpiresAt = ExpiresAt,
        Claimed = Claimed,
        HasToken = HasToken,
        EndsByTheSecond = EndsByTheSecond,
    };

    /// <summary>Only the subject, because a record prints every property, including secrets.</summary>
    public override string ToString() => Subject ?? "anonymous";
}
