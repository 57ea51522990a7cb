using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwave.BadDays.Tests.Lives;

/// <summary>A certificate for the hub's port with TLS.</summary>
internal static class LifeCertificate
{
    /// <summary>Writes a self-signed certificate and its key; returns the arguments of <c>longwave serve</c> that use it.</summary>
    public static string[] Write(string folder)
    {
        Directory.CreateDirectory(folder);
        (string certificateFile, string keyFile) = (Path.Combine(folder, "hub.pem"), Path.Combine(folder, "hub.key"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return ["--cert", certificateFile, "--key", keyFile];
    }
}
