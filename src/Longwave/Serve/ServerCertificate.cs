using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwave.Serve;

/// <summary>Certificate of https addresses, a snapshot of its PEM files.</summary>
/// <param name="CertificateFile">File of the certificate and its chain.</param>
/// <param name="KeyFile">File of the private key.</param>
/// <param name="Context">Certificate, key and chain, ready for handshakes.</param>
/// <param name="Fingerprint">Hash of the contents of the files.</param>
internal sealed record ServerCertificate(string CertificateFile, string KeyFile, SslStreamCertificateContext Context, string Fingerprint)
{
    /// <summary>Loads the configured certificate.</summary>
    /// <exception cref="StartFailedException">A file is missing or not valid.</exception>
    public static ServerCertificate Load(ListenSettings settings)
    {
        if (settings.Certificate is not { } certificate || settings.CertificateKey is not { } key)
        {
            throw new StartFailedException(
                StartFailure.UsageExitCode, "An https address requires a certificate and its key: --cert FILE --key FILE (both PEM).");
        }

        try
        {
            return Read(certificate, key);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            throw new StartFailedException(
                StartFailure.UsageExitCode, $"Cannot use the certificate {certificate} with the key {key}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads both files; the key must match the certificate.</summary>
    public static ServerCertificate Read(string certificateFile, string keyFile)
    {
        string certificatePem = File.ReadAllText(certificateFile);
        string keyPem = File.ReadAllText(keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificatePem);

        // Offline: a handshake must not wait for an external server (OCSP, missing intermediates).
        var context = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certificatePem, keyPem), chain, offline: true);
        return new ServerCertificate(certificateFile, keyFile, context, FingerprintOf(certificatePem, keyPem));
    }

    /// <summary>Computes the hash of the contents of the files.</summary>
    public static string FingerprintOf(string certificatePem, string keyPem) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{certificatePem.Length} {certificatePem}{keyPem}")));

    /// <summary>Whether the exception is one that unreadable or invalid files cause.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
