using System.Buffers;
using System.IO.Pipelines;
using Longwave.Server.Admission;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Longwave.Server.Bodies;

/// <summary>
/// Reads a body from the web server's pipe, and decompresses it, within the limits of one request and of all requests together. The limits count decompressed
/// bytes, so a body that expands without end is rejected like a large one.
/// </summary>
/// <remarks>
/// Disables two limits of the web server. Its size limit aborts the connection, so that the client sees a reset instead of the 413; this reader
/// answers first, and the server then reads and drops the rest of the body for a few seconds. Its minimum rate counts time in which the hub
/// itself is behind; <see cref="BodyWait"/> does not.
/// </remarks>
internal sealed class BodyReader : IDisposable
{
    /// <summary>Memory of a decompressor.</summary>
    private const int DecompressorBytes = 64 * 1024;

    private readonly PipeReader _pipe;

    // Null unless the body is compressed.
    private readonly ReceivedStream? _compressed;
    private readonly long? _declared;
    private readonly long _mostBytes;
    private readonly ReceivingBudget _budget;
    private readonly PublishPermit? _permit;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private BodyWait? _wait;
    private long _received;

    private BodyReader(
        HttpContext context, long mostBytes, TimeSpan timeout, ReceivingBudget budget, PublishPermit? permit, TimeProvider clock, bool isCompressed)
    {
        _pipe = context.Request.BodyReader;
        _declared = context.Request.ContentLength;
        (_mostBytes, _timeout) = (mostBytes, timeout);
        (_budget, _permit, _clock) = (budget, permit, clock);
        if (isCompressed)
        {
            _compressed = new ReceivedStream(ReceiveAsync, _pipe, MostCompressedBytes);
        }
    }

    /// <summary>Maximum size of a compressed body: gzip enlarges data that it cannot compress by less than this.</summary>
    private long MostCompressedBytes => _mostBytes + (_mostBytes / 1024) + 1024;

    /// <summary>Pipe of the uncompressed bytes.</summary>
    private PipeReader Source => _compressed?.Decompressed ?? _pipe;

    /// <summary>Creates the reader; it does not read yet.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mostBytes">The largest body.</param>
    /// <param name="timeout">Longest wait for the body.</param>
    /// <param name="budget">The memory budget of all bodies.</param>
    /// <param name="permit">The rate limits of the client, or null.</param>
    /// <param name="clock">The time.</param>
    /// <param name="isCompressed">Whether the body is compressed with gzip.</param>
    public static BodyReader Open(
        HttpContext context, long mostBytes, TimeSpan timeout, ReceivingBudget budget, PublishPermit? permit, TimeProvider clock, bool isCompressed = false)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        return new BodyReader(context, mostBytes, timeout, budget, permit, clock, isCompressed);
    }

    /// <summary>
    /// Rejects a body whose <c>Content-Length</c> is too large, or exceeds the client's rate limit, before reading it (and before
    /// <c>100 Continue</c>).
    /// </summary>
    public Problem? CheckDeclaredLength()
    {
        if (_compressed is null)
        {
            return _declared > _mostBytes ? TooLarge() : _declared is { } length ? _permit?.TakeBytes(length) : null;
        }

        if (_declared > MostCompressedBytes)
        {
            return TooLarge();
        }

        if (!_budget.TryTake(DecompressorBytes))
        {
            return TooMuchAtOnce();
        }

        _compressed.ReservedBytes = DecompressorBytes;
        return null;
    }

    /// <summary>Reads the whole body into a new array.</summary>
    public async ValueTask<(Problem? Problem, byte[] Body)> ReadAllAsync(CancellationToken cancellation)
    {
        long seen = 0;
        while (true)
        {
            ReadResult result;
            try
            {
                result = await ReadAsync(cancellation);
            }
            catch (InvalidDataException)
            {
                return (NotGzip(), []);
            }

            Problem? problem = Count(result.Buffer.Length - seen) ?? CheckEnd(result);
            seen = result.Buffer.Length;
            if (problem is not null)
            {
                Source.AdvanceTo(result.Buffer.End);
                return (problem, []);
            }

            if (result.IsCompleted)
            {
                byte[] body = result.Buffer.ToArray();
                Source.AdvanceTo(result.Buffer.End);
                return (null, body);
            }

            Source.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>
    /// Calls <paramref name="take"/> for every line (without its line end; empty lines are skipped), in the pipe's own buffers, until it
    /// returns a problem or the body ends. The last line needs no line end.
    /// </summary>
    public async ValueTask<Problem?> ReadLinesAsync(LineTaker take, CancellationToken cancellation)
    {
        long unread = 0;
        while (true)
        {
            ReadResult result;
            try
            {
                result = await ReadAsync(cancellation);
            }
            catch (InvalidDataException)
            {
                return NotGzip();
            }

            ReadOnlySequence<byte> buffer = result.Buffer;
            Problem? problem = Count(buffer.Length - unread) ?? CheckEnd(result) ?? TakeLines(ref buffer, unread, take);
            unread = buffer.Length;
            if (problem is null && result.IsCompleted && unread > 0)
            {
                problem = TakeLine(buffer, take);
                unread = 0;
            }

            if (problem is not null || result.IsCompleted)
            {
                Source.AdvanceTo(result.Buffer.End);
                return problem;
            }

            Source.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Returns the received bytes to the budget.</summary>
    public void Dispose()
    {
        _compressed?.Dispose();
        _budget.Return(_received + (_compressed?.ReservedBytes ?? 0));
        _wait?.Dispose();
    }

    /// <summary>Consumes every complete line of the buffer; its first <paramref name="searched"/> bytes are known to contain no line end.</summary>
    private static Problem? TakeLines(ref ReadOnlySequence<byte> buffer, long searched, LineTaker take)
    {
        while (buffer.Slice(searched).PositionOf((byte)'\n') is { } end)
        {
            Problem? problem = TakeLine(buffer.Slice(0, end), take);
            if (problem is not null)
            {
                return problem;
            }

            buffer = buffer.Slice(buffer.GetPosition(1, end));
            searched = 0;
        }

        return null;
    }

    private static Problem? TakeLine(in ReadOnlySequence<byte> line, LineTaker take)
    {
        if (line.IsSingleSegment)
        {
            return TakeTrimmed(line.FirstSpan, take);
        }

        int length = checked((int)line.Length);
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            line.CopyTo(rented);
            return TakeTrimmed(rented.AsSpan(0, length), take);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static Problem? TakeTrimmed(ReadOnlySpan<byte> line, LineTaker take)
    {
        line = line.Trim(" \t\r"u8);
        return line.IsEmpty ? null : take(line);
    }

    private Problem TooLarge() => new(ProblemTypes.RequestTooLarge, $"The body of this request is limited to {_mostBytes} bytes; split it into several requests.", "body");

    private static Problem NotGzip() => new(
        ProblemTypes.MalformedBody, "The body is not one complete gzip stream without other bytes after it, which `Content-Encoding: gzip` requires.", "body");

    private static Problem TooMuchAtOnce() => new(ProblemTypes.Overloaded, "The hub is receiving too many bytes of request bodies at this moment.");

    /// <summary>Reads more uncompressed bytes. Throws <see cref="InvalidDataException"/> if they cannot be decompressed.</summary>
    private ValueTask<ReadResult> ReadAsync(CancellationToken cancellation) => _compressed?.Decompressed.ReadAsync(cancellation) ?? ReceiveAsync(cancellation);

    /// <summary>Checks a compressed body at its end.</summary>
    private Problem? CheckEnd(in ReadResult result) => result.IsCompleted && _compressed?.IsOneMember(_received) == false ? NotGzip() : null;

    /// <summary>Receives more. The wait for a body is limited, because the body occupies a part of the shared budget.</summary>
    private async ValueTask<ReadResult> ReceiveAsync(CancellationToken cancellation)
    {
        if (_pipe.TryRead(out ReadResult there))
        {
            return there;
        }

        _wait ??= new BodyWait(_pipe, _timeout, _clock);
        _wait.Begin(_compressed?.Received ?? _received);
        ReadResult result = await _pipe.ReadAsync(cancellation);
        if (_wait.End())
        {
            return result;
        }

        // Ends the read: the web server reads on from here, to drop the rest of the body.
        _pipe.AdvanceTo(result.Buffer.End);
        throw new BadHttpRequestException("The body was not received in time.", StatusCodes.Status408RequestTimeout);
    }

    private Problem? Count(long more)
    {
        if (_received + more > _mostBytes)
        {
            return TooLarge();
        }

        if (!_budget.TryTake(more))
        {
            return TooMuchAtOnce();
        }

        _received += more;
        return _declared is null || _compressed is not null ? _permit?.TakeBytes(more) : null;
    }
}
