using System.ComponentModel;

namespace Longwave.Serve;

/// <summary>Addresses and TLS of the executable (section <c>Listen</c>).</summary>
internal sealed class ListenSettings
{
    /// <summary>Default address.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Addresses to listen on.</summary>
    [Description("Addresses to listen on, `http://` or `https://`; `*` as host means every address of the machine. Empty is `http://127.0.0.1:8080`. Option `--urls`.")]
    public IList<string> Urls { get; set; } = [];

    /// <summary>Certificate file.</summary>
    [Description("Certificate (chain) in PEM for https addresses. Option `--cert`.")]
    public string? Certificate { get; set; }

    /// <summary>Private key file.</summary>
    [Description("Private key of the certificate in PEM. Option `--key`.")]
    public string? CertificateKey { get; set; }

    /// <summary>Whether addresses beyond loopback without authentication are allowed.</summary>
    [Description("Allow addresses that other machines can reach even if the hub requires no authentication. Option `--insecure`.")]
    public bool Insecure { get; set; }

    /// <summary>Whether responses and streams are compressed.</summary>
    [Description("Compress responses and streams for clients that accept it (Brotli, gzip). It costs CPU and several hundred KB of memory per stream. Over https, an attacker who can publish may infer secrets in other events from the compressed size. Enable it only if bandwidth is more expensive.")]
    public bool Compression { get; set; }
}
