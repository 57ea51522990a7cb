using System.ComponentModel;

namespace Longwave.Serve;

/// <summary>Where the executable listens (section <c>Listen</c>).</summary>
internal sealed class ListenSettings
{
    /// <summary>Where a hub listens that was told nothing.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Addresses.</summary>
    [Description("Addresses to listen on, `http://` or `https://`; `*` as host means every address of the machine. Empty is `http://127.0.0.1:8080`. Option `--urls`.")]
    public IList<string> Urls { get; set; } = [];

    /// <summary>Certificate file.</summary>
    [Description("Certificate (chain) in PEM for https addresses. Option `--cert`.")]
    public string? Certificate { get; set; }

    /// <summary>Key file.</summary>
    [Description("Private key of the certificate in PEM. Option `--key`.")]
    public string? CertificateKey { get; set; }

    /// <summary>Whether open addresses without authentication are meant.</summary>
    [Description("Listen on addresses that others can reach although nobody has to authenticate. Option `--insecure`.")]
    public bool Insecure { get; set; }

    /// <summary>Whether answers and streams are compressed.</summary>
    [Description("Compress answers and streams for clients that accept it (Brotli, gzip). Costs CPU and some hundred KB of memory per stream, and over https lets an attacker who can publish guess at secrets in other events by their size; off unless the network is dearer.")]
    public bool Compression { get; set; }
}
