using Longwave.Engine.Access;

namespace Longwave.Server.Identity;

/// <summary>Who sent a request, and what he may do. Made once per API key; per request for tokens.</summary>
/// <param name="Issuer">Issuer of the token; empty when there is none.</param>
/// <param name="Subject">Who it is; null for somebody who did not say.</param>
/// <param name="Grants">What he may do, what everybody may do not counted.</param>
/// <param name="Everybody">What everybody may do.</param>
internal sealed record Caller(string Issuer, string? Subject, GrantSet Grants, GrantSet Everybody)
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

    /// <summary>Whether he showed a good token, also when it does not name him.</summary>
    public bool HasToken { get; init; }

    /// <summary>Whether his streams end at the second at which the token expires, and without being told before.</summary>
    public bool EndsByTheSecond { get; init; }

    /// <summary>Who it is among all subjects of all issuers; null for somebody who did not say.</summary>
    public (string Issuer, string Subject)? Owner => Subject is null ? null : (Issuer, Subject);

    /// <summary>Whether he said who he is, or nobody is asked.</summary>
    public bool IsKnown => Subject is not null || HasToken || Grants.IsAdmin;

    /// <summary>Whether he may publish anywhere.</summary>
    public bool Publishes => Grants.Publish.Count + Everybody.Publish.Count > 0;

    /// <summary>Whether he may read anything.</summary>
    public bool Reads => Grants.Subscribe.Count + Everybody.Subscribe.Count > 0;

    /// <summary>Which events he may read; null for all there are.</summary>
    public ReadAccess? Access => ReferenceEquals(Grants, GrantSet.Everything) ? null : _access ??= new ReadAccess(Grants.Subscribe, Everybody.Subscribe);

    /// <summary>Whether he may publish an event of this type to this topic.</summary>
    public bool MayPublish(string topic, string? type) => Grants.MayPublish(topic, type) || Everybody.MayPublish(topic, type);

    /// <summary>The same caller where everybody may do something else.</summary>
    public Caller Beside(GrantSet everybody) => new(Issuer, Subject, Grants, everybody)
    {
        TokenId = TokenId,
        IssuedAt = IssuedAt,
        ExpiresAt = ExpiresAt,
        Claimed = Claimed,
        HasToken = HasToken,
        EndsByTheSecond = EndsByTheSecond,
    };

    /// <summary>Never more than who it is: records print all that they have.</summary>
    public override string ToString() => Subject ?? "anonymous";
}
