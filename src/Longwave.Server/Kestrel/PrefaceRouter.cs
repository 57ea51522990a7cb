using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Longwave.Server.Kestrel;

/// <summary>Routes a cleartext connection by its first bytes: with the HTTP/2 preface to the HTTP/2 endpoint, otherwise to HTTP/1.1.</summary>
/// <remarks>
/// Without TLS there is no protocol negotiation, and Kestrel treats every connection of an endpoint as HTTP/1.1. A client with prior knowledge
/// starts with bytes that HTTP/1.1 reserves for this (RFC 9113, section 3.4), so both protocols can share a port. The router examines the
/// bytes without consuming them. It closes a connection that sends nothing within Kestrel's time limit for request headers.
/// </remarks>
internal sealed class PrefaceRouter(ConnectionDelegate http1, HandoverEndPoint http2, TimeSpan timeout, TimeProvider clock)
{
    private enum Choice
    {
        Http1,
        Http2,
        Neither,
    }

    /// <summary>The first line of the preface, which is sufficient: HTTP/1.1 has no method PRI.</summary>
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n"u8;

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        switch (await ChooseAsync(connection))
        {
            case Choice.Http1:
                await http1(connection);
                break;
            case Choice.Http2:
                var handover = new HandoverConnection(connection);
                if (http2.Connections.Writer.TryWrite(handover))
                {
                    await handover.Ended;
                }

                break;
        }
    }

    private async ValueTask<Choice> ChooseAsync(ConnectionContext connection)
    {
        PipeReader input = connection.Transport.Input;
        ITimer? deadline = null;
        try
        {
            while (true)
            {
                ValueTask<ReadResult> reading = input.ReadAsync(CancellationToken.None);
                if (!reading.IsCompleted)
                {
                    // Fast path: the bytes have usually arrived, and then the connection needs no timer.
                    deadline ??= clock.CreateTimer(static input => ((PipeReader)input!).CancelPendingRead(), input, timeout, Timeout.InfiniteTimeSpan);
                }

                if (Choose(input, await reading) is { } choice)
                {
                    return choice;
                }
            }
        }
        catch (IOException)
        {
            return Choice.Neither;
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    /// <summary>Whether the bytes are the preface; null when more bytes are needed to decide.</summary>
    private static Choice? Choose(PipeReader input, in ReadResult result)
    {
        if (result.IsCanceled)
        {
            return Choice.Neither;
        }

        (bool decided, Choice choice) = Decide(result.Buffer);
        input.AdvanceTo(result.Buffer.Start, decided ? result.Buffer.Start : result.Buffer.End);
        if (decided)
        {
            return choice;
        }

        // The end of input without any byte is a port probe; after some bytes, HTTP/1.1 sends the error.
        return !result.IsCompleted ? null : result.Buffer.IsEmpty ? Choice.Neither : Choice.Http1;
    }

    private static (bool Decided, Choice Choice) Decide(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[Preface.Length];
        int length = (int)Math.Min(buffer.Length, start.Length);
        buffer.Slice(0, length).CopyTo(start);
        bool isPreface = Preface.StartsWith(start[..length]);
        return (!isPreface || length == Preface.Length, isPreface ? Choice.Http2 : Choice.Http1);
    }
}
