using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwave.Tests.Serve;

/// <summary>A certificate with its key in two files, and its successors.</summary>
internal sealed class PemFiles(string folder)
{
    public string Certificate { get; } = Path.Combine(folder, "hub.pem");

    public string Key { get; } = Path.Combine(folder, "hub.key");

    /// <summary>Makes a certificate of its own key; nothing is written.</summary>
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
