using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Longwave.BadDays.Tests.Lives;

/// <summary>A TCP connection, with or without TLS, that can end in every way.</summary>
internal sealed class LifeConnection : IAsyncDisposable
{
    private const int IpLevel = 0;

    /// <summary><c>IP_BIND_ADDRESS_NO_PORT</c> of Linux: the port is chosen on connecting, so that each address has all ports.</summary>
    private const int BindAddressNoPort = 24;

    /// <summary>Receive buffer of a client that does not read, in bytes; small, so that the hub soon waits for it.</summary>
    private const int SmallBufferBytes = 4_096;

    private readonly Socket _socket;
    private readonly byte[] _buffer;
    private Stream _stream = Stream.Null;

    private LifeConnection(Socket socket, byte[] buffer) => (_socket, _buffer) = (socket, buffer);

    /// <summary>Connects.</summary>
    /// <param name="from">The client's address.</param>
    /// <param name="port">The hub's port.</param>
    /// <param name="isUnread">Whether the client will not read what it receives.</param>
    /// <param name="buffer">Buffer of the caller, for one connection at a time.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public static async Task<LifeConnection> OpenAsync(IPAddress from, int port, bool isUnread, byte[] buffer, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetRawSocketOption(IpLevel, BindAddressNoPort, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(from, 0));
            if (isUnread)
            {
                socket.ReceiveBufferSize = SmallBufferBytes;
            }

            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
            return new LifeConnection(socket, buffer) { _stream = new NetworkStream(socket, ownsSocket: false) };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Completes the handshake of TLS.</summary>
    public async Task SecureAsync(bool isHttp2, CancellationToken cancellation)
    {
        var secure = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = secure;
        await secure.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=localhost",
            },
            cancellation);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => _stream.WriteAsync(bytes, cancellation);

    /// <summary>Reads until the received bytes contain <paramref name="mark"/>.</summary>
    /// <exception cref="LifeFailedException">The connection ended before, or the answer is another one.</exception>
    public async Task ReadUntilAsync(ReadOnlyMemory<byte> mark, CancellationToken cancellation)
    {
        int length = 0;
        while (_buffer.AsSpan(0, length).IndexOf(mark.Span) < 0)
        {
            int received = length == _buffer.Length ? 0 : await _stream.ReadAsync(_buffer.AsMemory(length), cancellation);
            if (received == 0)
            {
                throw new LifeFailedException($"the answer is not the expected one: {Printable(_buffer.AsSpan(0, length))}");
            }

            length += received;
        }
    }

    /// <summary>Reads the beginning of an HTTP/1 response; false when the hub rejects the request, or closes the connection without a response.</summary>
    public async Task<bool> IsAcceptedAsync(CancellationToken cancellation)
    {
        try
        {
            int received = await _stream.ReadAsync(_buffer, cancellation);
            return _buffer.AsSpan(0, received).StartsWith("HTTP/1.1 200 "u8);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Reads until the hub ends the connection, with or without a reset.</summary>
    public async Task ReadToEndAsync(CancellationToken cancellation)
    {
        try
        {
            while (await _stream.ReadAsync(_buffer, cancellation) > 0)
            {
                // The rest of an answer, frames of HTTP/2, or a notice in the stream.
            }
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }
    }

    /// <summary>Ends the client's side.</summary>
    public async Task FinishSendingAsync()
    {
        if (_stream is SslStream secure)
        {
            await secure.ShutdownAsync();
        }

        _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Closes the connection with a TCP reset.</summary>
    public void Reset() => _socket.Close(0);

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        const int Most = 300;
        return string.Concat(bytes[..Math.Min(Most, bytes.Length)].ToArray().Select(static b => b is >= 0x20 and < 0x7f ? (char)b : '.'));
    }
}
