using Microsoft.IdentityModel.Tokens;

namespace Longwave.Server.Identity;

/// <summary>A key that tokens of one issuer may be signed with.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyId">Its name, or null.</param>
/// <param name="Algorithms">The only algorithms it may be used with; what a token says chooses among them, no more.</param>
internal sealed record VerificationKey(SecurityKey Key, string? KeyId, IReadOnlyList<string> Algorithms);
