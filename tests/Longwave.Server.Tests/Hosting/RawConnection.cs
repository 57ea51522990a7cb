using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Longwave.Server.Tests.Hosting;

/// <summary>A connection that sends exactly the given bytes; text is Latin-1, one byte per character.</summary>
public sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly StringBuilder _text = new();

    private RawConnection(TcpClient client, Stream stream)
    {
        _client = client;
        _stream = stream;
    }

    public Socket Socket => _client.Client;

    public string Text => _text.ToString();

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        Stream stream = client.GetStream();
        if (address.Scheme == "https")
        {
            var tls = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => TestHub.Certificate.Equals(certificate));
            await tls.AuthenticateAsClientAsync("localhost");
            stream = tls;
        }

        return new RawConnection(client, stream);
    }

    /// <summary>Sends a request and reads until the server closes the connection.</summary>
    public static async Task<string> RoundTripAsync(Uri address, string request)
    {
        using RawConnection connection = await OpenAsync(address);
        await connection.SendAsync(request);
        return await connection.ReadToEndAsync();
    }

    public async Task SendAsync(string latin1) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(latin1));

    public async Task<string> ReadUntilAsync(string marker)
    {
        using var patience = new CancellationTokenSource(Patience);
        byte[] buffer = new byte[256 * 1024];
        int searched = 0;
        while (!_text.ToString(searched, _text.Length - searched).Contains(marker, StringComparison.Ordinal))
        {
            searched = Math.Max(searched, _text.Length - marker.Length);
            int read = await _stream.ReadAsync(buffer, patience.Token);
            Assert.True(read > 0, $"Closed before {marker}; got:\n{Text}");
            _text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return Text;
    }

    /// <summary>Waits for at least one more byte; returns everything received so far.</summary>
    public async Task<string> ReadMoreAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        byte[] buffer = new byte[16 * 1024];
        int read = await _stream.ReadAsync(buffer, patience.Token);
        Assert.True(read > 0, $"Closed; got:\n{Text}");
        _text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        return Text;
    }

    /// <summary>Reads until the server closes or resets the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        byte[] buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await _stream.ReadAsync(buffer, patience.Token)) > 0;)
            {
                _text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // The server reset the connection.
        }

        return Text;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }
}
