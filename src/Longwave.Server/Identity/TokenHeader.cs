using System.Text.Json;

namespace Longwave.Server.Identity;

/// <summary>The header of a signed token (RFC 7515, section 4), read before it is verified.</summary>
/// <param name="Algorithm">The algorithm that the token claims; the key decides whether it is allowed.</param>
/// <param name="KeyId">The id of the key that the token claims, or null.</param>
/// <param name="IsAccessToken">Whether the token's type is access token (RFC 9068).</param>
internal readonly record struct TokenHeader(string Algorithm, string? KeyId, bool IsAccessToken)
{
    private const int MaxKeyIdLength = 256;

    /// <summary>Reads the header.</summary>
    /// <returns>The problem, as a clause that continues "the token …", or null.</returns>
    public static string? TryRead(ReadOnlySpan<byte> json, out TokenHeader header)
    {
        header = default;
        string? algorithm = null;
        string? keyId = null;
        bool isAccessToken = false;
        string? problem = TokenJson.ForEach(json, (string name, ref Utf8JsonReader reader) =>
        {
            switch (name)
            {
                case "alg":
                    algorithm = TokenJson.Text(ref reader);
                    return algorithm is null ? "has no signature algorithm (`alg`)" : null;
                case "kid":
                    keyId = TokenJson.Text(ref reader);
                    return keyId is { Length: <= MaxKeyIdLength } ? null : "has an invalid key id (`kid`)";
                case "typ":
                    string? type = TokenJson.Text(ref reader);
                    isAccessToken = IsAccessTokenType(type);
                    return isAccessToken || "JWT".Equals(type, StringComparison.OrdinalIgnoreCase) ? null : "is not an access token (`typ`)";
                case "crit":
                    return "requires extensions that this hub does not support (`crit`)";
                case "enc" or "zip" or "b64":
                    return "is encrypted, compressed or detached; the hub accepts only signed tokens";
                default:
                    // Ignore keys and key URLs inside the token (jwk, jku, x5u, x5c): an attacker controls them.
                    reader.Skip();
                    return null;
            }
        });
        header = new TokenHeader(algorithm ?? "", keyId, isAccessToken);
        return problem ?? (algorithm is null ? "has no signature algorithm (`alg`)" : null);
    }

    private static bool IsAccessTokenType(string? type) =>
        "at+jwt".Equals(type, StringComparison.OrdinalIgnoreCase) || "application/at+jwt".Equals(type, StringComparison.OrdinalIgnoreCase);
}
