using Longwave.Engine.Access;
using Longwave.Server.Mercure;

namespace Longwave.Server.Identity;

/// <summary>Whose tokens are good without an issuer: those who have the key of a role (Mercure).</summary>
/// <param name="Keys">The keys of the role.</param>
/// <param name="Role">The role: the key grants nothing beyond it.</param>
/// <param name="Dialect">The dialect of the request.</param>
/// <param name="HubUrl">The hub's address, which is the audience of access tokens.</param>
/// <param name="Issuer">The issuer that access tokens must name; null for any.</param>
internal sealed record SelfIssued(IssuerKeys Keys, MercureRole Role, Dialect Dialect, string HubUrl, string? Issuer)
{
    /// <summary>What is wrong with such a token, in a clause that goes on "the token …", or null.</summary>
    public string? Refuse(TokenHeader header, TokenClaims claims) =>
        Dialect == Dialect.Legacy ? null
        : !header.IsAccessToken ? "is no access token (`typ` is not `at+jwt`)"
        : claims.ExpiresAt is null ? "does not say when it expires (`exp`)"
        : !claims.Audiences.Contains(HubUrl) ? "is for somebody else (`aud`)"
        : Issuer is not null && claims.Issuer != Issuer ? "is of an issuer that this hub does not take tokens of"
        : null;

    /// <summary>What is left of the grants in this role.</summary>
    public GrantSet Narrow(GrantSet grants) =>
        Role == MercureRole.Publisher ? new GrantSet { Publish = grants.Publish } : new GrantSet { Subscribe = grants.Subscribe };
}
