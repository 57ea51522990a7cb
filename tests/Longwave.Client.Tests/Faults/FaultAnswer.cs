using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Longwave.Client.Tests.Faults;

/// <summary>Writes one response to a socket, chunked unless the script contains the raw bytes.</summary>
internal sealed class FaultAnswer(Socket socket, FaultRequest request, CancellationToken cancellation)
{
    private bool IsChunked => request.Answer is null && request.Status is not (204 or 304);

    public async Task BeginAsync()
    {
        if (request.Answer is not null)
        {
            return;
        }

        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {request.Status} Status\r\nConnection: close\r\n");
        if (!request.Headers.ContainsKey("Date"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Date: {Now:R}\r\n");
        }

        if (!request.Headers.ContainsKey("Content-Type"))
        {
            head.Append("Content-Type: text/event-stream\r\n");
        }

        foreach ((string name, string? value) in request.Headers)
        {
            if (value is not null)
            {
                head.Append(CultureInfo.InvariantCulture, $"{name}: {Value(value)}\r\n");
            }
        }

        head.Append(IsChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n");
        await WriteAsync(Encoding.UTF8.GetBytes(head.ToString()));
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        await WriteAsync(IsChunked ? (byte[])[.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes.Span, .. "\r\n"u8] : bytes);
    }

    public async Task EndAsync()
    {
        if (IsChunked)
        {
            await WriteAsync("0\r\n\r\n"u8.ToArray());
        }

        socket.Shutdown(SocketShutdown.Send);
        await DrainAsync();
    }

    public void Cut() => socket.Close(timeout: 0);

    /// <summary>Sends nothing until the client disconnects.</summary>
    public Task HoldAsync() => DrainAsync();

    private async Task DrainAsync()
    {
        byte[] buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer, cancellation) > 0)
        {
            // Anything that the client still sends is ignored.
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellation)..];
        }
    }

    /// <summary>Current time of the simulated server.</summary>
    private DateTimeOffset Now => TimeProvider.System.GetUtcNow().AddSeconds(request.ClockOffsetSeconds);

    /// <summary>Expands a value: <c>+2s</c> is the HTTP date two seconds from now, <c>{port}</c> the port of the server.</summary>
    private string Value(string value) =>
        value.StartsWith('+') && value.EndsWith('s') && int.TryParse(value[1..^1], CultureInfo.InvariantCulture, out int seconds)
            ? Now.AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture)
            : value.Replace("{port}", ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
