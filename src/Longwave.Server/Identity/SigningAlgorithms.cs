namespace Longwave.Server.Identity;

/// <summary>The allowed algorithms (RFC 7518, section 3.1) per kind of key. Everything else is rejected, above all <c>none</c>.</summary>
/// <remarks>EdDSA is not included: neither the library nor the platform supports it.</remarks>
internal static class SigningAlgorithms
{
    /// <summary>RFC 7518, sections 3.3 and 3.5.</summary>
    public const int MinRsaBits = 2_048;

    /// <summary>RFC 7518, section 3.2: the key is at least as long as the hash.</summary>
    public const int MinSecretBytes = 32;

    public static readonly IReadOnlyList<string> Rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    public static IReadOnlyList<string> All { get; } = [.. Rsa, "ES256", "ES384", "ES512", "HS256", "HS384", "HS512"];

    /// <summary>The algorithms of a curve, by its name in a JWK; empty for an unknown curve.</summary>
    public static IReadOnlyList<string> OfCurve(string? curve) => curve switch
    {
        "P-256" => ["ES256"],
        "P-384" => ["ES384"],
        "P-521" => ["ES512"],
        _ => [],
    };

    /// <summary>The algorithms of a shared secret, by its length in bytes.</summary>
    public static IReadOnlyList<string> OfSecret(int bytes) => bytes switch
    {
        < MinSecretBytes => [],
        < 48 => ["HS256"],
        < 64 => ["HS256", "HS384"],
        _ => ["HS256", "HS384", "HS512"],
    };

    /// <summary>The algorithms of a key that are also in the configured list; an empty list allows all.</summary>
    public static IReadOnlyList<string> Narrow(IReadOnlyList<string> algorithms, ICollection<string> wanted) =>
        wanted.Count == 0 ? algorithms : [.. algorithms.Where(wanted.Contains)];
}
