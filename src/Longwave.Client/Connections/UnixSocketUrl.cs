using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Longwave.Client.Connections;

/// <summary>URL of a hub on a unix socket: <c>http://unix:/run/longwave/hub.sock</c>. Requests name the host <c>localhost</c>, which every hub accepts.</summary>
/// <param name="Path">Absolute path of the socket file, as written: the URL has no escapes.</param>
internal sealed record UnixSocketUrl(string Path)
{
    private const string Http = "http://unix:";
    private const string Https = "https://unix:";
    private const string Example = "http://unix:/run/longwave/hub.sock";

    /// <summary>URL that requests over a socket have.</summary>
    public static readonly Uri Base = new("http://localhost/");

    /// <summary>
    /// Reads a URL. Returns false if it is an ordinary URL, such as <c>http://unix:8080</c>, which is port 8080 of the host <c>unix</c>; otherwise either the socket or
    /// the error is set.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="error">What is wrong, without a full stop.</param>
    public static bool TryRead(string url, out UnixSocketUrl? socket, out string? error)
    {
        (socket, error) = (null, null);
        bool isTls = url.StartsWith(Https, StringComparison.OrdinalIgnoreCase);
        if (!isTls && !url.StartsWith(Http, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        string path = url[(isTls ? Https : Http).Length..];
        if (path.Length == 0 || char.IsAsciiDigit(path[0]))
        {
            return false;
        }

        if (isTls)
        {
            error = $"a unix socket has no TLS; use {Http}{path}";
        }
        else if (path[0] != '/' || path[^1] == '/')
        {
            error = $"the path of a unix socket must be the absolute path of a file, for example {Example}";
        }
        else if (!IsUsable(path))
        {
            error = "the path of a unix socket must have at most 107 bytes and no NUL";
        }
        else
        {
            socket = new UnixSocketUrl(path);
        }

        return true;
    }

    /// <summary>Connects to the socket, or over TCP to another server to which the hub redirects.</summary>
    /// <param name="context">Server of the request.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    /// <exception cref="SocketException">The server is not reachable.</exception>
    [UnsupportedOSPlatform("browser")]
    [SuppressMessage("Reliability", "CA2000", Justification = "The stream owns the socket.")]
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        bool isHub = context.DnsEndPoint.Host == Base.Host && context.DnsEndPoint.Port == Base.Port;
        Socket socket = isHub
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(isHub ? new UnixDomainSocketEndPoint(Path) : context.DnsEndPoint, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException failed) when (isHub && failed.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            // ENOENT: a hub removes the file at its end, so this means the same as a refused connection.
            socket.Dispose();
            throw new SocketException((int)SocketError.ConnectionRefused);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override string ToString() => Http + Path;

    private static bool IsUsable(string path)
    {
        try
        {
            return !path.Contains('\0', StringComparison.Ordinal) && new UnixDomainSocketEndPoint(path).AddressFamily == AddressFamily.Unix;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
