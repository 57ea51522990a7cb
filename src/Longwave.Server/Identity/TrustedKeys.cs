using Longwave.Engine.Access;

namespace Longwave.Server.Identity;

/// <summary>Keys whose tokens are accepted without a registered issuer, and the rules for those tokens.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Check">Returns what is wrong with such a token, as a clause that continues "the token …", or null.</param>
/// <param name="Narrow">Returns the part of a token's grants that these keys may grant.</param>
internal sealed record TrustedKeys(IssuerKeys Keys, Func<TokenHeader, TokenClaims, string?> Check, Func<GrantSet, GrantSet> Narrow);
