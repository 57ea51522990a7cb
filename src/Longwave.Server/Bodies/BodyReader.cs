using System.Buffers;
using System.IO.Pipelines;
using Longwave.Server.Admission;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Longwave.Server.Bodies;

/// <summary>Reads a body from the web server's pipe, within the limits of one request and of all requests together.</summary>
/// <remarks>
/// The server's own limit on bodies is lifted: it answers by cutting the connection, which the client sees as a reset instead of the 413.
/// Ours answers first; what the client still sends the server then reads and drops for a few seconds.
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
    private CancellationTokenSource? _deadline;
    private long _received;

    private BodyReader(HttpContext context, long mostBytes, TimeSpan timeout, ReceivingBudget budget, PublishPermit? permit, TimeProvider clock)
    {
        _pipe = context.Request.BodyReader;
        _declared = context.Request.ContentLength;
        (_mostBytes, _timeout) = (mostBytes, timeout);
        (_budget, _permit, _clock) = (budget, permit, clock);
    }

    /// <summary>Takes over the body of a request; nothing is read yet.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mostBytes">The largest body.</param>
    /// <param name="timeout">How long it may take to come.</param>
    /// <param name="budget">What all bodies together may hold.</param>
    /// <param name="permit">What its client may send, or null.</param>
    /// <param name="clock">The time.</param>
    public static BodyReader Open(HttpContext context, long mostBytes, TimeSpan timeout, ReceivingBudget budget, PublishPermit? permit, TimeProvider clock)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        return new BodyReader(context, mostBytes, timeout, budget, permit, clock);
    }

    /// <summary>
    /// Refuses a body that says itself that it is too large, or larger than its client may send now, before a byte is read (and before
    /// <c>100 Continue</c>).
    /// </summary>
    public Problem? CheckDeclaredLength() =>
        _declared > _mostBytes ? TooLarge() : _declared is { } length ? _permit?.TakeBytes(length) : null;

    /// <summary>Reads everything into an array of its own.</summary>
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
    /// Hands every line (without its line end, empty ones left out) to <paramref name="take"/>, from the pipe's own buffers, until it
    /// returns a problem or the body ends. A last line without a line end counts.
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

    /// <summary>Gives the received bytes back to the budget.</summary>
    public void Dispose()
    {
        _budget.Return(_received);
        _deadline?.Dispose();
    }

    /// <summary>Takes every whole line off the buffer; its first <paramref name="searched"/> bytes were looked through before and hold no line end.</summary>
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

    /// <summary>Reads on; a body that is not there at once has a deadline, because while it comes it takes room from others.</summary>
    private async ValueTask<ReadResult> ReadAsync(CancellationToken cancellation)
    {
        if (_pipe.TryRead(out ReadResult there))
        {
            return there;
        }

        _deadline ??= new CancellationTokenSource(_timeout, _clock);
        await using (_deadline.Token.UnsafeRegister(static pipe => ((PipeReader)pipe!).CancelPendingRead(), _pipe))
        {
            ReadResult result = await _pipe.ReadAsync(cancellation);
            return result.IsCanceled
                ? throw new BadHttpRequestException("The body was not received in time.", StatusCodes.Status408RequestTimeout)
                : result;
        }
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
