using Microsoft.IdentityModel.Tokens;

namespace Longwave.Server.Identity;

/// <summary>A key that verifies tokens of one issuer.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyId">Its id (<c>kid</c>), or null.</param>
/// <param name="Algorithms">The allowed algorithms; a token can only choose one of them.</param>
internal sealed record VerificationKey(SecurityKey Key, string? KeyId, IReadOnlyList<string> Algorithms);
