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
    [Description("Listen on addresses that others can reach although no authentication is required. Option `--insecure`.")]
    public bool Insecure { get; set; }

    /// <summary>Whether responses and streams are compressed.</summary>
    [Description("Compress answers and streams for clients that accept it (Brotli, gzip). Costs CPU and some hundred KB of memory per stream, and over https lets an attacker who can publish guess at secrets in other events by their size; off unless the network costs more.")]
    public bool Compression { get; set; }
}
