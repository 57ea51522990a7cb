using System.Buffers;
using System.Globalization;
using System.Text;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Server.Admission;
using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Subscribe;

/// <summary>
/// Answers a temporary rejection to <c>EventSource</c>: an event stream with a reconnection time, the notice <c>longwave.unavailable</c>, and its end.
/// <c>EventSource</c> reconnects after the end of a stream, but stops permanently after a status such as 503. Every other client receives the status.
/// </summary>
/// <remarks>The answer counts as no stream. The limits that led to the rejection apply to the next request as well.</remarks>
internal sealed class UnavailableResponse(AdmissionControl admission, LongwaveOptions options)
{
    private const string Notice = "longwave.unavailable";

    /// <summary>Value of the header that shows that the response comes from a hub. The response has no greeting, because a client would resume from the greeting's position.</summary>
    private const string NoConnection = "none";

    /// <summary>Answers, if the rejection is temporary and the client is <c>EventSource</c>; otherwise returns false.</summary>
    /// <param name="context">The request; its response has not started and has no headers of a stream.</param>
    /// <param name="problem">The rejection.</param>
    public async ValueTask<bool> TryWriteAsync(HttpContext context, Problem problem)
    {
        if (problem.Type.Status is not (StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            || !EventSourceRequest.Is(context.Request))
        {
            return false;
        }

        StreamHeaders.Set(context.Response.Headers, EventsMedia.EventStream);
        context.Response.Headers[StreamOpener.ConnectionHeader] = NoConnection;
        ReadOnlyMemory<byte> body = Body(problem, RetryMs(context, problem));
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
        return true;
    }

    /// <summary>Random, so that clients rejected at the same time do not return at the same time.</summary>
    private int RetryMs(HttpContext context, Problem problem)
    {
        TimeSpan pause = admission.PauseAfterRejection(context, options.Server.RetryAfterMin);
        return (int)((problem.RetryAfter ?? TimeSpan.Zero) + (pause * (1 + Random.Shared.NextDouble()))).TotalMilliseconds;
    }

    private static ReadOnlyMemory<byte> Body(Problem problem, int retryMs)
    {
        var body = new ArrayBufferWriter<byte>(160);
        string json = string.Create(CultureInfo.InvariantCulture, $$"""{"reason":"{{problem.Type.Name}}","retry":{{retryMs}}}""");
        EventFrames.WriteControl(body, EventFormat.Sse, Notice, Encoding.UTF8.GetBytes(json), retryMs);
        return body.WrittenMemory;
    }
}
