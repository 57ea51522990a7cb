using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwave.Serve;

/// <summary>The certificate of https addresses, as it stood in its PEM files at one moment.</summary>
/// <param name="CertificateFile">File of the certificate and its chain.</param>
/// <param name="KeyFile">File of the key.</param>
/// <param name="Context">The certificate with its key and its chain, ready for handshakes.</param>
/// <param name="Fingerprint">Hash of what was in the files.</param>
internal sealed record ServerCertificate(string CertificateFile, string KeyFile, SslStreamCertificateContext Context, string Fingerprint)
{
    /// <summary>Loads it.</summary>
    /// <exception cref="StartFailedException">A file is missing, or is not what it should be.</exception>
    public static ServerCertificate Load(ListenSettings settings)
    {
        if (settings.Certificate is not { } certificate || settings.CertificateKey is not { } key)
        {
            throw new StartFailedException(
                StartFailure.UsageExitCode, "An https address needs a certificate and its key: --cert FILE --key FILE (both PEM).");
        }

        try
        {
            return Read(certificate, key);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            throw new StartFailedException(
                StartFailure.UsageExitCode, $"Can't use the certificate {certificate} with the key {key}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads both files; what they hold must belong together.</summary>
    public static ServerCertificate Read(string certificateFile, string keyFile)
    {
        string certificatePem = File.ReadAllText(certificateFile);
        string keyPem = File.ReadAllText(keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificatePem);

        // Offline: a handshake never waits for somebody else's server.
        var context = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certificatePem, keyPem), chain, offline: true);
        return new ServerCertificate(certificateFile, keyFile, context, FingerprintOf(certificatePem, keyPem));
    }

    /// <summary>The fingerprint of what is in the files now.</summary>
    public static string FingerprintOf(string certificatePem, string keyPem) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{certificatePem.Length} {certificatePem}{keyPem}")));

    /// <summary>What files that can't be read, or hold something else, make of themselves.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
