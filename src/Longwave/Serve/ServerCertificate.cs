using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwave.Serve;

/// <summary>The certificate of https addresses, from PEM files.</summary>
/// <param name="Certificate">The server's own, with its key.</param>
/// <param name="Chain">All certificates of the file.</param>
internal sealed record ServerCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain)
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
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            return new ServerCertificate(X509Certificate2.CreateFromPemFile(certificate, key), chain);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new StartFailedException(
                StartFailure.UsageExitCode, $"Can't use the certificate {certificate} with the key {key}: {exception.Message}", exception);
        }
    }
}
