using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Longwave.Server.Identity;

/// <summary>Signs tokens with a shared secret, for development and tests. In production an identity provider issues them.</summary>
public static class TokenSigner
{
    /// <summary>Signs claims with the secret of a key file (HS256).</summary>
    /// <param name="claims">The claims, one JSON object.</param>
    /// <param name="secret">The text of the key file.</param>
    /// <param name="place">Source of the text, for error messages.</param>
    /// <exception cref="KeyUnusableException">The secret is too short or malformed; the message does not quote it.</exception>
    public static string Sign(string claims, string secret, string place)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (secret.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            throw new KeyUnusableException($"The key in {place} is not a shared secret; only the owner of a private key can sign tokens for other kinds of key.");
        }

        var key = new SymmetricSecurityKey(KeyFile.SecretBytes(secret, place));
        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        return handler.CreateToken(claims, new SigningCredentials(key, SecurityAlgorithms.HmacSha256));
    }
}
