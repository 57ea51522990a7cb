using Microsoft.IdentityModel.Tokens;

namespace Longwave.Server.Identity;

/// <summary>Reads a JSON Web Key Set (RFC 7517): public keys for signatures only.</summary>
internal static class KeySet
{
    /// <summary>Returns the usable keys of a set and skips the others.</summary>
    /// <exception cref="KeyUnusableException">The text is not a key set.</exception>
    public static IEnumerable<VerificationKey> Read(string json, string place)
    {
        try
        {
            return Read(new JsonWebKeySet(json).Keys);
        }
        catch (Exception exception) when (exception is ArgumentException or System.Text.Json.JsonException or FormatException)
        {
            throw new KeyUnusableException($"The document at {place} is not a JSON Web Key Set.");
        }
    }

    /// <summary>The usable keys. A shared secret is skipped, because the keys of a set are public.</summary>
    public static IEnumerable<VerificationKey> Read(IEnumerable<JsonWebKey> keys) =>
        from key in keys
        where key.Use is null or "" or "sig"
        let algorithms = SigningAlgorithms.Narrow(Of(key), string.IsNullOrEmpty(key.Alg) ? [] : [key.Alg])
        where algorithms.Count > 0
        select new VerificationKey(key, string.IsNullOrEmpty(key.Kid) ? null : key.Kid, algorithms);

    private static IReadOnlyList<string> Of(JsonWebKey key) => key.Kty switch
    {
        JsonWebAlgorithmsKeyTypes.RSA when !string.IsNullOrEmpty(key.N) && !string.IsNullOrEmpty(key.E) && key.KeySize >= SigningAlgorithms.MinRsaBits => SigningAlgorithms.Rsa,
        JsonWebAlgorithmsKeyTypes.EllipticCurve when !string.IsNullOrEmpty(key.X) && !string.IsNullOrEmpty(key.Y) => SigningAlgorithms.OfCurve(key.Crv),
        _ => [],
    };
}
