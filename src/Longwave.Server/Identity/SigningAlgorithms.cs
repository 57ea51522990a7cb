namespace Longwave.Server.Identity;

/// <summary>The algorithms (RFC 7518, section 3.1) that each kind of key may be used with. Everything else is refused, <c>none</c> first of all.</summary>
/// <remarks>EdDSA is missing: neither the library nor the platform has it.</remarks>
internal static class SigningAlgorithms
{
    /// <summary>RFC 7518, sections 3.3 and 3.5.</summary>
    public const int MinRsaBits = 2_048;

    /// <summary>RFC 7518, section 3.2: a key as long as the hash.</summary>
    public const int MinSecretBytes = 32;

    public static readonly IReadOnlyList<string> Rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    public static IReadOnlyList<string> All { get; } = [.. Rsa, "ES256", "ES384", "ES512", "HS256", "HS384", "HS512"];

    /// <summary>By the curve's name in a JWK, or none.</summary>
    public static IReadOnlyList<string> OfCurve(string? curve) => curve switch
    {
        "P-256" => ["ES256"],
        "P-384" => ["ES384"],
        "P-521" => ["ES512"],
        _ => [],
    };

    /// <summary>By the length of a shared secret.</summary>
    public static IReadOnlyList<string> OfSecret(int bytes) => bytes switch
    {
        < MinSecretBytes => [],
        < 48 => ["HS256"],
        < 64 => ["HS256", "HS384"],
        _ => ["HS256", "HS384", "HS512"],
    };

    /// <summary>Those of a key that its owner wants, too; an empty wish is no wish.</summary>
    public static IReadOnlyList<string> Narrow(IReadOnlyList<string> algorithms, ICollection<string> wanted) =>
        wanted.Count == 0 ? algorithms : [.. algorithms.Where(wanted.Contains)];
}
