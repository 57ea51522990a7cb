using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Longwave.Server.Kestrel;

/// <summary>Looks at the first bytes of a cleartext connection: the HTTP/2 preface goes to the HTTP/2 endpoint, everything else on to HTTP/1.1.</summary>
/// <remarks>
/// Without TLS there is no negotiation, and Kestrel then takes every connection of an endpoint for HTTP/1.1. A client with prior knowledge
/// begins with bytes that HTTP/1.1 reserved for this (RFC 9113, section 3.4), so both can live on one port. The bytes are looked at, not
/// consumed. A connection that says nothing is closed after the time that Kestrel gives request headers.
/// </remarks>
internal sealed class PrefaceRouter(ConnectionDelegate http1, HandoverEndPoint http2, TimeSpan timeout, TimeProvider clock)
{
    private enum Choice
    {
        Http1,
        Http2,
        Neither,
    }

    /// <summary>The first line of the preface is enough: no HTTP/1.1 method is called PRI.</summary>
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
                    // The bytes are there as a rule: then no time-out is needed, and a timer costs.
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

    /// <summary>Null when the next bytes are needed, too.</summary>
    private static Choice? Choose(PipeReader input, in ReadResult result)
    {
        if (result.IsCanceled)
        {
            return Choice.Neither;
        }

        (bool decided, Choice choice) = Look(result.Buffer);
        input.AdvanceTo(result.Buffer.Start, decided ? result.Buffer.Start : result.Buffer.End);
        if (decided)
        {
            return choice;
        }

        // An end after no byte at all is a port probe; after some bytes HTTP/1.1 knows what to say.
        return !result.IsCompleted ? null : result.Buffer.IsEmpty ? Choice.Neither : Choice.Http1;
    }

    private static (bool Decided, Choice Choice) Look(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[Preface.Length];
        int length = (int)Math.Min(buffer.Length, start.Length);
        buffer.Slice(0, length).CopyTo(start);
        bool isPreface = Preface.StartsWith(start[..length]);
        return (!isPreface || length == Preface.Length, isPreface ? Choice.Http2 : Choice.Http1);
    }
}
