using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwave.Tests.Serve;

/// <summary>A certificate and its key in two files, and their renewals.</summary>
internal sealed class PemFiles(string folder)
{
    public string Certificate { get; } = Path.Combine(folder, "hub.pem");

    public string Key { get; } = Path.Combine(folder, "hub.key");

    /// <summary>Creates a self-signed certificate; writes no file.</summary>
    public static (string Certificate, string Key, string Thumbprint) Make(int validDays = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate =
            new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-3), now.AddDays(validDays));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), certificate.Thumbprint);
    }

    /// <summary>Writes a new pair and returns its thumbprint.</summary>
    public string Write()
    {
        (string certificate, string key, string thumbprint) = Make();
        File.WriteAllText(Key, key);
        File.WriteAllText(Certificate, certificate);
        return thumbprint;
    }
}
