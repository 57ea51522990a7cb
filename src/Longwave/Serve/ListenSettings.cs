using System.ComponentModel;

namespace Longwave.Serve;

/// <summary>Addresses and TLS of the executable (section <c>Listen</c>).</summary>
internal sealed class ListenSettings
{
    /// <summary>Default address.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Addresses to listen on.</summary>
    [Description("Addresses to listen on, `http://` or `https://`; `*` as host means every address of the machine; `http://unix:/run/longwave/hub.sock` is a unix socket. Empty is `http://127.0.0.1:8080`. Option `--urls`.")]
    public IList<string> Urls { get; set; } = [];

    /// <summary>Permissions of the file of a unix socket, in octal.</summary>
    [Description("Permissions of the file of a unix socket, in octal. A client needs the right to write: `660` admits the owner and the group, `600` the owner, `666` every user of the machine. Option `--socket-mode`.")]
    public string SocketMode { get; set; } = "660";

    /// <summary>The same as a value.</summary>
    /// <exception cref="StartFailedException">The text is not a mode.</exception>
    internal UnixFileMode FileMode =>
        SocketMode is [_, _, _] or ['0', _, _, _] && !SocketMode.AsSpan().ContainsAnyExceptInRange('0', '7')
            ? (UnixFileMode)Convert.ToInt32(SocketMode, 8)
            : throw new StartFailedException(
                StartFailure.UsageExitCode, $"Listen:SocketMode: `{SocketMode}` is not a file mode; use three octal digits, for example 660 (owner and group) or 666 (all users).");

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
