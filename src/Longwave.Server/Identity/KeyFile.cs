using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Longwave.Server.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace Longwave.Server.Identity;

/// <summary>Reads a key from a file or variable: PEM of a public key or certificate, or a shared secret. Error messages never quote it.</summary>
internal static class KeyFile
{
    private const int MaxBytes = 64 * 1024;
    private const string Base64Prefix = "base64:";

    /// <summary>Reads the key named by the options.</summary>
    /// <exception cref="KeyUnusableException">The key is missing or not valid; the message says which and why.</exception>
    public static VerificationKey Read(KeyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string place = options.File is { } file ? $"the file {file}" : $"the environment variable {options.Variable}";
        string text = options.File is not null ? ReadFile(options.File, place) : Environment.GetEnvironmentVariable(options.Variable ?? "") ?? "";
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new KeyUnusableException($"There is no key in {place}.");
        }

        (SecurityKey key, IReadOnlyList<string> algorithms) = text.Contains("-----BEGIN", StringComparison.Ordinal) ? ReadPem(text, place) : ReadSecret(text, place);
        algorithms = SigningAlgorithms.Narrow(algorithms, options.Algorithms);
        return algorithms.Count > 0
            ? new VerificationKey(key, options.Kid, algorithms)
            : throw new KeyUnusableException($"The key in {place} does not support any of its configured algorithms ({string.Join(", ", options.Algorithms)}).");
    }

    /// <summary>The bytes of a shared secret, for signing.</summary>
    /// <exception cref="KeyUnusableException">The secret is too short or malformed.</exception>
    public static byte[] SecretBytes(string text, string place)
    {
        string trimmed = text.Trim();
        try
        {
            byte[] bytes = trimmed.StartsWith(Base64Prefix, StringComparison.Ordinal)
                ? Convert.FromBase64String(trimmed[Base64Prefix.Length..])
                : Encoding.UTF8.GetBytes(trimmed);
            return bytes.Length >= SigningAlgorithms.MinSecretBytes
                ? bytes
                : throw new KeyUnusableException($"The secret in {place} has {bytes.Length} bytes; use at least {SigningAlgorithms.MinSecretBytes} random bytes.");
        }
        catch (FormatException)
        {
            throw new KeyUnusableException($"The secret in {place} starts with `{Base64Prefix}`, but the rest is not base64.");
        }
    }

    private static string ReadFile(string file, string place)
    {
        try
        {
            return new FileInfo(file).Length <= MaxBytes ? File.ReadAllText(file) : throw new KeyUnusableException($"{place} is too large to be a key.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyUnusableException($"Cannot read a key from {place}: {exception.Message}");
        }
    }

    private static (SecurityKey Key, IReadOnlyList<string> Algorithms) ReadSecret(string text, string place)
    {
        byte[] bytes = SecretBytes(text, place);
        return (new SymmetricSecurityKey(bytes), SigningAlgorithms.OfSecret(bytes.Length));
    }

    private static (SecurityKey Key, IReadOnlyList<string> Algorithms) ReadPem(string pem, string place)
    {
        try
        {
            using X509Certificate2? certificate = pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal) ? X509Certificate2.CreateFromPem(pem) : null;
            using RSA? rsa = certificate?.GetRSAPublicKey() ?? TryImport(RSA.Create, pem, certificate);
            if (rsa is not null)
            {
                return rsa.KeySize >= SigningAlgorithms.MinRsaBits
                    ? (JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false))), SigningAlgorithms.Rsa)
                    : throw new KeyUnusableException($"The RSA key in {place} has {rsa.KeySize} bits; use at least {SigningAlgorithms.MinRsaBits} bits.");
            }

            using ECDsa? ec = certificate?.GetECDsaPublicKey() ?? TryImport(ECDsa.Create, pem, certificate);
            if (ec is not null && EcKey(ec) is { } key && SigningAlgorithms.OfCurve(key.Crv) is { Count: > 0 } algorithms)
            {
                return (key, algorithms);
            }
        }
        catch (CryptographicException)
        {
            // The exception below reports it.
        }

        throw new KeyUnusableException($"The content of {place} is not a public key (RSA, or EC on P-256, P-384, P-521) or certificate in PEM.");
    }

    private static T? TryImport<T>(Func<T> create, string pem, X509Certificate2? certificate)
        where T : AsymmetricAlgorithm
    {
        if (certificate is not null)
        {
            return null;
        }

        T algorithm = create();
        try
        {
            algorithm.ImportFromPem(pem);
            return algorithm;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            algorithm.Dispose();
            return null;
        }
    }

    /// <summary>Converts the key to a JWK: the library creates one verifier per thread for a JWK, and an ECDsa object is not thread-safe.</summary>
    private static JsonWebKey EcKey(ECDsa ec)
    {
        ECParameters parameters = ec.ExportParameters(includePrivateParameters: false);
        string curve = ec.KeySize switch { 256 => "P-256", 384 => "P-384", 521 => "P-521", _ => "" };
        return new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Crv = curve,
            X = Base64UrlEncoder.Encode(parameters.Q.X),
            Y = Base64UrlEncoder.Encode(parameters.Q.Y),
        };
    }
}
