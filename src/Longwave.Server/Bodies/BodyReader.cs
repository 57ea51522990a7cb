using System.Buffers;
using System.IO.Pipelines;
using Longwave.Server.Admission;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Longwave.Server.Bodies;

/// <summary>Reads a body from the web server's pipe, within the limits of one request and of all requests together.</summary>
/// <remarks>
/// Disables two limits of the web server. Its size limit aborts the connection, so that the client sees a reset instead of the 413; this reader
/// answers first, and the server then reads and drops the rest of the body for a few seconds. Its minimum rate counts time in which the hub
/// itself is behind; <see cref="BodyWait"/> does not.
/// </remarks>
internal sealed class BodyReader : IDisposable
{
    private readonly PipeReader _pipe;
    private readonly long? _declared;
    private readonly long _mostBytes;
    private readonly ReceivingBudget _budget;
    private readonly PublishPermit? _permit;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private BodyWait? _wait;
    private long _received;

    private BodyReader(HttpContext context, long mostBytes, TimeSpan timeout, ReceivingBudget budget, PublishPermit? permit, TimeProvider clock)
    {
        _pipe = context.Request.BodyReader;
        _declared = context.Request.ContentLength;
        (_mostBytes, _timeout) = (mostBytes, timeout);
        (_budget, _permit, _clock) = (budget, permit, clock);
    }

    /// <summary>Creates the reader; it does not read yet.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mostBytes">The largest body.</param>
    /// <param name="timeout">Longest wait for the body.</param>
    /// <param name="budget">The memory budget of all bodies.</param>
    /// <param name="permit">The rate limits of the client, or null.</param>
    /// <param name="clock">The time.</param>
    public static BodyReader Open(HttpContext context, long mostBytes, TimeSpan timeout, ReceivingBudget budget, PublishPermit? permit, TimeProvider clock)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        return new BodyReader(context, mostBytes, timeout, budget, permit, clock);
    }

    /// <summary>
    /// Rejects a body whose <c>Content-Length</c> is too large, or exceeds the client's rate limit, before reading it (and before
    /// <c>100 Continue</c>).
    /// </summary>
    public Problem? CheckDeclaredLength() =>
        _declared > _mostBytes ? TooLarge() : _declared is { } length ? _permit?.TakeBytes(length) : null;

    /// <summary>Reads the whole body into a new array.</summary>
    public async ValueTask<(Problem? Problem, byte[] Body)> ReadAllAsync(CancellationToken cancellation)
    {
        long seen = 0;
        while (true)
        {
            ReadResult result = await ReadAsync(cancellation);
            Problem? problem = Count(result.Buffer.Length - seen);
            seen = result.Buffer.Length;
            if (problem is not null)
            {
                _pipe.AdvanceTo(result.Buffer.End);
                return (problem, []);
            }

            if (result.IsCompleted)
            {
                byte[] body = result.Buffer.ToArray();
                _pipe.AdvanceTo(result.Buffer.End);
                return (null, body);
            }

            _pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
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
            ReadResult result = await ReadAsync(cancellation);
            ReadOnlySequence<byte> buffer = result.Buffer;
            Problem? problem = Count(buffer.Length - unread) ?? TakeLines(ref buffer, unread, take);
            unread = buffer.Length;
            if (problem is null && result.IsCompleted && unread > 0)
            {
                problem = TakeLine(buffer, take);
                unread = 0;
            }

            if (problem is not null || result.IsCompleted)
            {
                _pipe.AdvanceTo(result.Buffer.End);
                return problem;
            }

            _pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Returns the received bytes to the budget.</summary>
    public void Dispose()
    {
        _budget.Return(_received);
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

    /// <summary>Reads more. The wait for a body is limited, because the body occupies a part of the shared budget.</summary>
    private async ValueTask<ReadResult> ReadAsync(CancellationToken cancellation)
    {
        if (_pipe.TryRead(out ReadResult there))
        {
            return there;
        }

        _wait ??= new BodyWait(_pipe, _timeout, _clock);
        _wait.Begin(_received);
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
            return new Problem(ProblemTypes.Overloaded, "The hub is receiving too many bytes of request bodies at this moment.");
        }

        _received += more;
        return _declared is null ? _permit?.TakeBytes(more) : null;
    }
}
